import { findLinks, stringArgument } from '@kronos/operations';
import { type ASTNode, type ConstDirectiveNode, type DocumentNode, Kind, parse, print, visit } from 'graphql';

/** Specifications that ApolloGateway refuses; whoever serves the graph enforces them from the full SDL. */
const accessSpecifications = new Set(['authenticated', 'requiresScopes', 'policy']);

/**
 * The planner's copy of a supergraph: without the access directives that ApolloGateway refuses to load, and without the
 * unresolvable keys that make it plan fetches which come back null.
 *
 * @param supergraphSdl the full SDL as composition gives it
 * @param subgraphUrls routing URLs that replace those in the SDL, by subgraph name
 */
export function prepareSupergraph(supergraphSdl: string, subgraphUrls: Record<string, string> = {}): string {
  const document = parse(supergraphSdl, { noLocation: true });
  const mended = dropShadowedKeys(dropAccessLinks(document));
  return print(replaceUrls(mended, subgraphUrls));
}

function dropAccessLinks(document: DocumentNode): DocumentNode {
  const links = findLinks(document).filter((link) => accessSpecifications.has(link.specification));
  if (links.length === 0) return document;
  const names = new Set(links.map((link) => link.directive));
  const prefixes = new Set(links.map((link) => link.prefix));
  const nodes = new Set<ASTNode>(links.map((link) => link.node));
  const isScalarOfLink = (name: string) => name.includes('__') && prefixes.has(name.split('__')[0]!);
  return visit(document, {
    Directive: (node) => (nodes.has(node) || names.has(node.name.value) ? null : undefined),
    DirectiveDefinition: (node) => (names.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (isScalarOfLink(node.name.value) ? null : undefined),
  });
}

/**
 * Drops `@join__type(resolvable: false)` where the same subgraph has a resolvable key of the same type: the planner may
 * enter through the unresolvable one, and the entity would come back null.
 */
function dropShadowedKeys(document: DocumentNode): DocumentNode {
  function withoutShadowedKeys<Node extends { directives?: readonly ConstDirectiveNode[] }>(
    node: Node,
  ): Node | undefined {
    const directives = node.directives ?? [];
    const isKey = (directive: ConstDirectiveNode) =>
      directive.name.value === 'join__type' && stringArgument(directive, 'key') !== undefined;
    const resolvableIn = new Set(
      directives
        .filter((directive) => isKey(directive) && !isUnresolvable(directive))
        .map((directive) => stringArgument(directive, 'graph')),
    );
    const kept = directives.filter(
      (directive) =>
        !(
          isKey(directive) &&
          isUnresolvable(directive) &&
          resolvableIn.has(stringArgument(directive, 'graph'))
        ),
    );
    return kept.length === directives.length ? undefined : { ...node, directives: kept };
  }
  return visit(document, {
    ObjectTypeDefinition: withoutShadowedKeys,
    InterfaceTypeDefinition: withoutShadowedKeys,
  });
}

function isUnresolvable(directive: ConstDirectiveNode): boolean {
  const value = directive.arguments?.find((argument) => argument.name.value === 'resolvable')?.value;
  return value?.kind === Kind.BOOLEAN && !value.value;
}

function replaceUrls(document: DocumentNode, urls: Record<string, string>): DocumentNode {
  return visit(document, {
    Directive(node) {
      if (node.name.value !== 'join__graph') return undefined;
      const url = urls[stringArgument(node as ConstDirectiveNode, 'name') ?? ''];
      if (!url) return undefined;
      const replaced = node.arguments?.map((argument) =>
        argument.name.value === 'url' ? { ...argument, value: { kind: Kind.STRING, value: url } } : argument,
      );
      return { ...node, arguments: replaced };
    },
  });
}

import {
  type ConstDirectiveNode,
  type DocumentNode,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
} from 'graphql';

const specifications = 'https://specs.apollo.dev/';

/** A specification that a supergraph links, with the names that its parts have there. */
export interface Link {
  /** `authenticated`, `join`, … */
  specification: string;
  /** Before `__` in the names of its scalars: the specification's name unless the link says `as`. */
  prefix: string;
  /** The name of its main directive: the prefix unless the link imports it under another. */
  directive: string;
  node: ConstDirectiveNode;
}

/** The `@link`s of a supergraph to Apollo's specifications. @see https://specs.apollo.dev/link/v1.0 */
export function findLinks(document: DocumentNode): Link[] {
  return document.definitions
    .filter(isSchemaNode)
    .flatMap((schema) => schema.directives ?? [])
    .filter((directive) => directive.name.value === 'link' || directive.name.value === 'core')
    .flatMap((node) => {
      const url = stringArgument(node, 'url') ?? stringArgument(node, 'feature');
      const specification = url?.startsWith(specifications)
        ? url.slice(specifications.length).split('/')[0]
        : undefined;
      if (!specification) return [];
      const prefix = stringArgument(node, 'as') ?? specification;
      return [{ specification, prefix, directive: importedName(node, specification) ?? prefix, node }];
    });
}

/**
 * The name that a directive of a linked specification has in the supergraph: as the link imports it, else after the link's
 * prefix, `cost__listSize`.
 */
export function directiveName(link: Link, directive: string): string {
  if (directive === link.specification) return link.directive;
  return importedName(link.node, directive) ?? `${link.prefix}__${directive}`;
}

/** A string or enum argument of a directive in SDL; undefined when it is absent. */
export function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}

/** The name under which a link imports `@<directive>`: `import: ["@a", {name: "@b", as: "@c"}]`. */
function importedName(link: ConstDirectiveNode, directive: string): string | undefined {
  const imports = link.arguments?.find((argument) => argument.name.value === 'import')?.value;
  if (imports?.kind !== Kind.LIST) return undefined;
  for (const entry of imports.values) {
    if (entry.kind === Kind.STRING && entry.value === `@${directive}`) return directive;
    if (entry.kind !== Kind.OBJECT) continue;
    const field = (name: string) => entry.fields.find((candidate) => candidate.name.value === name)?.value;
    const name = field('name');
    const alias = field('as');
    if (name?.kind !== Kind.STRING || name.value !== `@${directive}`) continue;
    return alias?.kind === Kind.STRING ? alias.value.slice(1) : directive;
  }
  return undefined;
}

function isSchemaNode(node: { kind: string }): node is SchemaDefinitionNode | SchemaExtensionNode {
  return node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION;
}

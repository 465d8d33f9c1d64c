import { type ConstDirectiveNode, type DocumentNode, Kind, parse } from 'graphql';
import { findLinks, type Link } from '../links.ts';

/** Alternatives, of which one is enough, each a list of names that are all needed; empty when none is needed. */
export type Alternatives = readonly (readonly string[])[];

/** What a caller must be to use a type or a field. All parts of it must be met. */
export interface AccessRule {
  /** Whether somebody must be logged in: under `@authenticated`, and wherever scopes are needed. */
  isForViewers: boolean;
  scopes: Alternatives;
  policies: Alternatives;
}

/** The access rules of a supergraph by coordinate: `Type` or `Type.field`. */
export type AccessRules = ReadonlyMap<string, AccessRule>;

/**
 * Reads `@authenticated`, `@requiresScopes` and `@policy` from the full SDL of a supergraph, under whatever names it links
 * them. What several subgraphs ask for, composition has joined.
 *
 * @see https://www.apollographql.com/docs/graphos/routing/security/authorization
 */
export function readAccessRules(supergraphSdl: string): AccessRules {
  const document = parse(supergraphSdl, { noLocation: true });
  const links = new Map(findLinks(document).map((link) => [link.directive, link]));
  const rules = new Map<string, AccessRule>();
  for (const [coordinate, directives] of coordinates(document)) {
    const rule = toRule(directives, links);
    if (rule) rules.set(coordinate, rule);
  }
  return rules;
}

function toRule(
  directives: readonly ConstDirectiveNode[],
  links: ReadonlyMap<string, Link>,
): AccessRule | undefined {
  let rule: AccessRule | undefined;
  for (const directive of directives) {
    const specification = links.get(directive.name.value)?.specification;
    const known = rule ?? { isForViewers: false, scopes: [], policies: [] };
    if (specification === 'authenticated') rule = { ...known, isForViewers: true };
    if (specification === 'requiresScopes') {
      rule = { ...known, isForViewers: true, scopes: readAlternatives(directive, 'scopes') };
    }
    if (specification === 'policy') rule = { ...known, policies: readAlternatives(directive, 'policies') };
  }
  return rule;
}

function readAlternatives(directive: ConstDirectiveNode, argumentName: string): string[][] {
  const value = directive.arguments?.find((argument) => argument.name.value === argumentName)?.value;
  if (value?.kind !== Kind.LIST) return [];
  return value.values.map((alternative) =>
    alternative.kind === Kind.LIST
      ? alternative.values.flatMap((name) => (name.kind === Kind.STRING ? [name.value] : []))
      : [],
  );
}

/** Every type and field of a document with the directives on it. */
function* coordinates(document: DocumentNode): Generator<[string, readonly ConstDirectiveNode[]]> {
  for (const definition of document.definitions) {
    if (!('name' in definition) || !definition.name || definition.kind === Kind.DIRECTIVE_DEFINITION)
      continue;
    const type = definition.name.value;
    yield [type, (definition.directives ?? []) as readonly ConstDirectiveNode[]];
    if (!('fields' in definition)) continue;
    for (const field of definition.fields ?? []) {
      yield [`${type}.${field.name.value}`, field.directives ?? []];
    }
  }
}

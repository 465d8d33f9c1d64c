import { findLinks } from '@kronos/operations';
import { type ConstDirectiveNode, type DirectiveNode, type DocumentNode, Kind, parse } from 'graphql';

/** What a caller must be to use a type or a field. */
export interface AccessRule {
  /** Alternatives, each a list of scopes that are all needed; empty when being known is enough. */
  scopes: readonly (readonly string[])[];
}

/** The access rules of a supergraph by coordinate: `Type` or `Type.field`. */
export type AccessRules = ReadonlyMap<string, AccessRule>;

/**
 * Reads `@authenticated` and `@requiresScopes` from the full SDL of a supergraph, under whatever names it links them.
 *
 * @throws Error when the supergraph uses `@policy`, which nothing here could decide
 */
export function readAccessRules(supergraphSdl: string): AccessRules {
  const document = parse(supergraphSdl, { noLocation: true });
  const names = new Map(findLinks(document).map((link) => [link.directive, link.specification]));
  const rules = new Map<string, AccessRule>();
  for (const [coordinate, directives] of coordinates(document)) {
    const rule = toRule(directives, names, coordinate);
    if (rule) rules.set(coordinate, rule);
  }
  return rules;
}

function toRule(
  directives: readonly (ConstDirectiveNode | DirectiveNode)[],
  names: ReadonlyMap<string, string>,
  coordinate: string,
): AccessRule | undefined {
  let rule: AccessRule | undefined;
  for (const directive of directives) {
    const specification = names.get(directive.name.value);
    if (specification === 'policy') {
      throw new Error(
        `The supergraph uses @policy (on ${coordinate}), which this gateway cannot enforce yet.`,
      );
    }
    if (specification === 'authenticated') rule ??= { scopes: [] };
    if (specification === 'requiresScopes') rule = { scopes: readScopes(directive as ConstDirectiveNode) };
  }
  return rule;
}

function readScopes(directive: ConstDirectiveNode): string[][] {
  const value = directive.arguments?.find((argument) => argument.name.value === 'scopes')?.value;
  if (value?.kind !== Kind.LIST) return [];
  return value.values.map((alternative) =>
    alternative.kind === Kind.LIST
      ? alternative.values.flatMap((scope) => (scope.kind === Kind.STRING ? [scope.value] : []))
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

import { stringArgument } from '@kronos/operations';
import { type ConstDirectiveNode, Kind, parse } from 'graphql';
import { declaredDirective } from '../supergraph/declared-directive.ts';

/** For whom an event is the same, from all to one: everybody, those of the same roles and scopes, one login, one token. */
const sharedScopes = ['EVERYBODY', 'ROLES', 'VIEWER', 'CREDENTIAL'] as const;

export type SharedScope = (typeof sharedScopes)[number];

/** The `@shared` declarations of a supergraph by coordinate: `Type` or `Type.field`. */
export type SharedScopes = ReadonlyMap<string, SharedScope>;

const specification = /\/shared\/v0\.1\/?$/;

/**
 * Reads `@shared` from the full SDL of a supergraph, which has it from subgraphs that compose it. Of several declarations
 * for one coordinate the narrowest counts. A type's declaration counts only while one subgraph alone has that type: it
 * cannot speak for the fields of others.
 *
 * @throws Error for a scope that is none
 */
export function readSharedScopes(supergraphSdl: string): SharedScopes {
  const document = parse(supergraphSdl, { noLocation: true });
  const name = declaredDirective(document, specification, 'shared');
  const scopes = new Map<string, SharedScope>();
  if (!name) return scopes;

  function read(coordinate: string, directives: readonly ConstDirectiveNode[] = []): void {
    for (const directive of directives) {
      if (directive.name.value !== name) continue;
      const scope = stringArgument(directive, 'scope');
      if (!isSharedScope(scope)) {
        throw new Error(`@${name}(scope: ${scope}) on ${coordinate}: expected ${sharedScopes.join(', ')}.`);
      }
      scopes.set(coordinate, narrowest(scopes.get(coordinate) ?? scope, scope));
    }
  }

  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION)
      continue;
    const type = definition.name.value;
    if (subgraphsOf(definition.directives ?? []).size === 1) read(type, definition.directives);
    for (const field of definition.fields ?? []) read(`${type}.${field.name.value}`, field.directives);
  }
  return scopes;
}

/** The narrower of two scopes. */
export function narrowest(one: SharedScope, other: SharedScope): SharedScope {
  return sharedScopes.indexOf(one) > sharedScopes.indexOf(other) ? one : other;
}

function isSharedScope(value: string | undefined): value is SharedScope {
  return sharedScopes.some((scope) => scope === value);
}

function subgraphsOf(directives: readonly ConstDirectiveNode[]): Set<string | undefined> {
  return new Set(
    directives
      .filter((directive) => directive.name.value === 'join__type')
      .map((directive) => stringArgument(directive, 'graph')),
  );
}

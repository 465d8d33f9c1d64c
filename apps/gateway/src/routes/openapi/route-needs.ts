import {
  type AccessRule,
  type AccessRules,
  compileWithholding,
  findGuards,
  type WithheldPlace,
} from '@kronos/operations';
import { type GraphQLOutputType, type GraphQLSchema, isListType, isNonNullType, Kind } from 'graphql';
import type { UnauthorizedMode } from '../../access/access.ts';
import type { PreparedRoute } from '../prepare-route.ts';
import { selectedAt } from '../selected-at.ts';

/** What a caller needs to get anything from a route. */
export interface RouteNeeds {
  /** Whether somebody must be logged in. */
  login: boolean;
  /** Alternatives, each of scopes that are all needed; one that is empty when none are. */
  scopes: readonly (readonly string[])[];
}

export interface RouteNeedsOptions {
  /** The access rules of a version of the graph. */
  rulesOf(schema: GraphQLSchema): AccessRules;
  mode: UnauthorizedMode;
}

export type FindRouteNeeds = (prepared: PreparedRoute, schema: GraphQLSchema) => RouteNeeds;

/** More would help nobody who reads them. */
const mostAlternatives = 16;

/**
 * Finds what routes need: their own scopes, and what the fields of their operations ask for. Of what is null for some and
 * leaves an answer for them, nothing is needed. Looks at each route once.
 */
export function createRouteNeeds({ rulesOf, mode }: RouteNeedsOptions): FindRouteNeeds {
  const known = new WeakMap<PreparedRoute, RouteNeeds>();
  return (prepared, schema) => {
    let needs = known.get(prepared);
    if (!needs) {
      needs = toNeeds(prepared, findNeededRules(prepared, schema, rulesOf(schema), mode));
      known.set(prepared, needs);
    }
    return needs;
  };
}

function toNeeds({ route }: PreparedRoute, rules: readonly AccessRule[]): RouteNeeds {
  let scopes: readonly (readonly string[])[] = [route.requiredScopes];
  for (const rule of rules) {
    if (rule.scopes.length === 0) continue;
    scopes = scopes.flatMap((known) => rule.scopes.map((more) => [...new Set([...known, ...more])]));
    if (scopes.length > mostAlternatives) scopes = [route.requiredScopes];
  }
  return {
    login: route.requiredScopes.length > 0 || rules.some(({ isForViewers }) => isForViewers),
    scopes,
  };
}

/** The rules without each of which a caller gets nothing. */
function findNeededRules(
  prepared: PreparedRoute,
  schema: GraphQLSchema,
  rules: AccessRules,
  mode: UnauthorizedMode,
): AccessRule[] {
  const { operation, fragments } = prepared;
  const document = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments.values()] } as const;
  const valid = { schema, document, operation };
  const guards = findGuards(valid, rules);
  const all = new Set([...guards.values()].flatMap((found) => found.map(({ rule }) => rule)));
  if (mode === 'refuse') return [...all];
  const withhold = compileWithholding(valid, guards);
  return [...all].filter((lacking) =>
    withhold(({ rule }) => rule !== lacking)?.places.some((place) => leavesNothing(place, prepared, schema)),
  );
}

/** Whether the route has no answer when one place of its operation is null. */
function leavesNothing({ path }: WithheldPlace, prepared: PreparedRoute, schema: GraphQLSchema): boolean {
  const { operation, fragments, route } = prepared;
  const result = route.resultPath?.split('.') ?? [];
  const keys = path.filter((step) => step !== '@' && !step.startsWith('... on '));
  // Nothing was selected of the type of a fragment; what is beside it stays.
  if (path.at(-1)?.startsWith('... on ')) return false;
  for (let depth = keys.length; depth > 0; depth--) {
    const { type } = selectedAt(schema, operation, fragments, keys.slice(0, depth).join('.'))!;
    if (depth < keys.length && mayItemBeNull(type)) return false;
    // What cannot be null makes null what is around it.
    if (!isNonNullType(type)) return keys.slice(0, depth).every((key, index) => key === result[index]);
  }
  return true;
}

/** Whether null in an item of a list stays there. */
function mayItemBeNull(type: GraphQLOutputType): boolean {
  const list = isNonNullType(type) ? type.ofType : type;
  if (!isListType(list)) return false;
  return !isNonNullType(list.ofType) || mayItemBeNull(list.ofType);
}

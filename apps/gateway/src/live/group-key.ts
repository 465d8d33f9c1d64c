import { createHash } from 'node:crypto';
import type { PlannedSubscription } from '@kronos/engine';
import { credentialsOf } from '../access/caller.ts';
import type { GatewayContext } from '../context.ts';
import type { SharedScope } from './shared-scopes.ts';

const generations = new WeakMap<object, number>();
let generation = 0;

/**
 * What two subscribers have in common when one upstream, one execution and one buffer serve both: the operation and its
 * variables, the version of the supergraph, the scope, and every header of theirs that subgraphs get as it came.
 */
export function groupKey(planned: PlannedSubscription, scope: SharedScope, context: GatewayContext): string {
  const parts = [
    planned.key,
    generationOf(planned.state),
    membership(scope, context),
    sorted(context.forwarded),
    sorted(planned.variables),
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** Who may be in a group of this scope: those for whom this is the same. */
function membership(
  scope: SharedScope,
  { caller: { key, viewer }, client, authorization }: GatewayContext,
): unknown[] {
  if (scope === 'EVERYBODY') return [scope];
  // A gateway that verifies nothing forwards the header, and subgraphs may make of it what they like.
  // Subgraphs are told the client application: what they answer may depend on it.
  const application = client?.id ?? null;
  if (!viewer) return ['CREDENTIAL', key, authorization, application];
  const rights = [[...viewer.roles].sort(), [...viewer.scopes].sort()];
  if (scope === 'ROLES') return [scope, application, ...rights];
  // By which way somebody came is told to subgraphs, too.
  if (scope === 'VIEWER')
    return [scope, application, viewer.userId, viewer.clientId, ...credentialsOf(viewer), ...rights];
  return [scope, application, key];
}

function generationOf(state: object): number {
  const known = generations.get(state);
  if (known !== undefined) return known;
  generation++;
  generations.set(state, generation);
  return generation;
}

/** The same value with the keys of its objects in order, so that the same variables are the same text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

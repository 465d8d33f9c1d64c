import { hash } from 'node:crypto';
import type { Engine, EntityFetch } from '@kronos/engine';
import type { GatewayContext } from '../context.ts';

type OperationRequest = Parameters<Engine['execute']>[0];

/** Of the headers that subgraphs get as they came: they tell logs and traces who asks, and decide nothing. */
const undecisive = new Set(['baggage', 'x-client-name', 'x-client-version']);

/**
 * What makes an answer the same: the version of the graph, the operation and its variables, whose credentials they are, the
 * client application, the route, and what subgraphs are told of the client. Its address, agent and name are not in it:
 * what depends on these must not be cached.
 *
 * @param version of the graph
 */
export function answerKey(
  { request, queryHash }: OperationRequest,
  version: string,
  context: GatewayContext,
): string {
  return hashOf([
    ...[version, queryHash, request.operationName, request.variables, context.authorization],
    ...tellingOf(context),
  ]);
}

/**
 * What makes the beginning of the keys of entities the same: the version of the graph, the fetch with its variables, and what
 * subgraphs are told of the client, but not who it is: only what is for everybody is kept.
 */
export function entityKey(
  { subgraph, operation }: Pick<EntityFetch, 'subgraph' | 'operation'>,
  variables: string,
  version: string,
  context: GatewayContext,
): string {
  // The name of a fetch is that of the client's operation.
  const unnamed = operation.replace(/^query\s+\w+/, 'query');
  return hashOf([version, subgraph, unnamed, variables, ...tellingOf(context)]);
}

/** What a subgraph is told of the client, beside who it is. */
function tellingOf({ client, route, forwarded }: GatewayContext): unknown[] {
  const headers = Object.keys(forwarded).filter((name) => !undecisive.has(name));
  return [client?.id, route?.id, ...headers.sort().flatMap((name) => [name, forwarded[name]])];
}

function hashOf(parts: readonly unknown[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

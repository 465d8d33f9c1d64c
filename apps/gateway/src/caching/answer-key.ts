import { createHash } from 'node:crypto';
import type { Engine } from '@kronos/engine';
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
  const parts: unknown[] = [
    version,
    queryHash,
    request.operationName,
    request.variables,
    context.authorization,
    context.client?.id,
    context.route?.id,
  ];
  for (const name of Object.keys(context.forwarded).sort())
    if (!undecisive.has(name)) parts.push(name, context.forwarded[name]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

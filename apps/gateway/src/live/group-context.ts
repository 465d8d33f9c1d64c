import { clientSignal } from '@kronos/engine';
import { anonymous } from '../access/caller.ts';
import { type GatewayContext, ownContext } from '../context.ts';
import { newTrace, type RequestTrace } from '../telemetry/request-trace.ts';
import type { SharedScope } from './shared-scopes.ts';

/**
 * In whose name a group asks subgraphs: with the credentials of one member, and with nothing else of theirs. The request id
 * is the group's own, and the trace that of an event, or one of its own, which its member led to; no address and no agent are told, because the answer is not for one client.
 * Forwarded headers are the same for all members, and so is their client application. A group for everybody asks as
 * nobody, so that no member's rights can reach the others.
 */
export function groupContext(
  scope: SharedScope,
  requestId: string,
  { caller, client, authorization, forwarded, trace: { span } }: GatewayContext,
  signal: AbortSignal,
  trace: RequestTrace = newTrace(undefined, span),
): Record<string, unknown> {
  const asNobody = scope === 'EVERYBODY';
  const context: GatewayContext = {
    ...ownContext(asNobody ? anonymous : caller),
    client: asNobody ? null : client,
    requestId,
    trace,
    authorization: asNobody ? undefined : authorization,
    clientAddress: 'unknown',
    forwarded,
    [clientSignal]: signal,
  };
  return { ...context };
}

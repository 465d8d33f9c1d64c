import type { PlannedSubscription } from '@kronos/engine';
import { type Span, tracing } from '@kronos/telemetry';
import { Kind } from 'graphql';

/**
 * The span of one event for a group of subscribers, from its arrival to their sockets, in the trace of what caused it.
 *
 * @param traceparent what the subgraph says of the event
 * @param group the id of the group
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
export function startEventSpan(
  { operation }: PlannedSubscription,
  traceparent: string,
  group: string,
): Span | undefined {
  const [selection] = operation.node.selectionSet.selections;
  const field = selection?.kind === Kind.FIELD ? selection.name.value : 'event';
  return tracing?.start(`deliver ${field}`, {
    kind: 'consumer',
    service: 'gateway',
    parent: { traceparent },
    attributes: {
      'messaging.operation.name': 'deliver',
      'messaging.operation.type': 'process',
      'messaging.destination.name': field,
      'graphql.operation.type': 'subscription',
      'graphql.operation.name': operation.node.name?.value,
      'kronos.request_id': group,
    },
  });
}

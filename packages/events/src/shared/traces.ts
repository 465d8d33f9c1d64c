import { type Attributes, type SpanOptions, tracing } from '@kronos/telemetry';
import { type EventName, eventDefinition } from '../catalogue/index.ts';
import type { OffsetKey } from '../consumer/offset.ts';
import type { DomainEvent } from '../domain-event.ts';
import type { PositionedEvent } from '../relay/outbox-rows.ts';

/**
 * What every span says that has to do with an event. To whoever follows them, the name of an event is a topic.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
 */
function messagingAttributes(domain: string, name: EventName, operation: 'create' | 'send' | 'process') {
  return {
    'messaging.system': 'redis',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': name,
    'kronos.domain': domain,
  };
}

/**
 * Lets events be written within a span of their own when what they are part of is traced.
 *
 * @param write is given what the events carry, so that all that follows from them is in the same trace
 */
export function traceCreation(
  name: EventName,
  eventIds: readonly string[],
  write: (traceparent: string | undefined) => Promise<void>,
): Promise<void> {
  if (!tracing?.active()?.isRecording) return write(undefined);
  const attributes = {
    ...messagingAttributes(eventDefinition(name).owner, name, 'create'),
    'messaging.message.id': eventIds.length === 1 ? eventIds[0] : undefined,
    'messaging.batch.message_count': eventIds.length === 1 ? undefined : eventIds.length,
  };
  return tracing.within(`create ${name}`, { kind: 'producer', attributes }, (span) =>
    write(span.headers.traceparent),
  );
}

/** Notes of events, each in its own trace, that they have come into the log. @param begunAt in milliseconds since the epoch */
export function traceSending(domain: string, events: readonly PositionedEvent[], begunAt: number): void {
  if (!tracing) return;
  for (const { event } of events) {
    if (!event.traceparent) continue;
    const span = tracing.start(`send ${event.name}`, {
      kind: 'producer',
      service: domain,
      parent: { traceparent: event.traceparent },
      startedAt: begunAt,
      attributes: { ...messagingAttributes(domain, event.name, 'send'), ...messageAttributes(event) },
    });
    span.end();
  }
}

/** The span of what becomes of an event, in the trace of the event. @param service who does it, by its own name */
export function eventSpan(
  domain: string,
  service: string,
  event: DomainEvent,
  attributes: Attributes = {},
): SpanOptions {
  return {
    kind: 'consumer',
    service,
    parent: event.traceparent === undefined ? null : { traceparent: event.traceparent },
    attributes: {
      ...messagingAttributes(domain, event.name, 'process'),
      ...messageAttributes(event),
      ...attributes,
    },
  };
}

/** Lets the effect of an event on another domain happen in the trace of the event, if it has one. */
export function traceEffect(
  { consumer, domain }: OffsetKey,
  event: DomainEvent,
  effect: () => Promise<void>,
): Promise<void> {
  if (!tracing || !event.traceparent) return effect();
  const options = eventSpan(domain, consumer, event, { 'messaging.consumer.group.name': consumer });
  return tracing.within(`process ${event.name}`, options, effect);
}

/** The trace that an event is part of, for log lines. */
export function traceIdOf({ traceparent }: DomainEvent): string | undefined {
  return traceparent?.split('-')[1];
}

function messageAttributes({ eventId, position }: DomainEvent) {
  return { 'messaging.message.id': eventId, 'kronos.event.position': position };
}

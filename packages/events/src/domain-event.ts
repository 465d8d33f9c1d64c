import type { EventName, EventPayload } from './catalogue/index.ts';

type EventOf<Name extends EventName> = {
  /** Place in the domain's log: a gapless integer in decimal, and the cursor to go on from. */
  position: string;
  /** UUID given when the event was written; the same however often the event is delivered. */
  eventId: string;
  name: Name;
  /** The value of the payload's key field; null for an event without a key. */
  key: string | null;
  /** When the owner's transaction began, ISO 8601. */
  occurredAt: string;
  /** W3C trace context of the work that the event is part of; absent when that was not traced. */
  traceparent?: string;
  payload: EventPayload<Name>;
};

/** An event as the log delivers it. With several names it is a union, so `name` tells the payload. */
export type DomainEvent<Name extends EventName = EventName> = { [N in Name]: EventOf<N> }[Name];

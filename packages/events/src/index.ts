export {
  catalogue,
  type EventName,
  type EventPayload,
  eventNamesOf,
  personalDataDomains,
} from './catalogue/index.ts';
export type { DataErased, DataExported } from './catalogue/personal-data.ts';
export { changesDuring } from './changes.ts';
export { type Consumer, type ConsumerOptions, createConsumer, type Handlers } from './consumer/consumer.ts';
export type { ConsumerDatabase, ConsumerTables } from './consumer/consumer-database.ts';
export type { DomainEvent } from './domain-event.ts';
export { entityTags } from './entity-tags.ts';
export { CursorExpiredError, EventLogUnavailableError } from './errors.ts';
export {
  createEventLog,
  type EventLog,
  type EventLogOptions,
  type EventSelector,
  type EventSubscription,
} from './log/event-log.ts';
export { appendAllToOutbox, appendToOutbox, type OutboxTransaction } from './outbox.ts';
export {
  announceDataErased,
  announceDataExported,
  erasedName,
  onPersonalDataOf,
  scrubOutbox,
} from './personal-data.ts';
export { createRelay, type Relay, type RelayOptions } from './relay/relay.ts';
export { deliverFirst } from './shared/right-of-way.ts';
export { eventSpan } from './shared/traces.ts';

import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventName } from '../catalogue/index.ts';
import type { DomainEvent } from '../domain-event.ts';

/** Which events a subscriber wants. */
export interface EventSelector {
  names: readonly EventName[];
  /** Only events with this key; if omitted, events with any key and with none. */
  key?: string;
}

/** Events in order, without gap or duplicate. Ask for one at a time: `next()` after the previous one has answered. */
export interface EventSubscription extends AsyncIterableIterator<DomainEvent, undefined> {
  /** Everything up to here has been handed out and finished with: safe to resume after, also as a heartbeat's id. */
  readonly position: string;
}

/** Reads the logs of all domains. Shared by everything in a process. */
export interface EventLog {
  /**
   * Events from after `after` (exclusive), or from now. Waits while Redis is filled again.
   *
   * @throws CursorExpiredError (also later, from `next()`) when `after` is older than what is retained
   * @throws EventLogUnavailableError when the log's head cannot be learned in time
   */
  subscribe(domain: string, selector: EventSelector, after?: string): Promise<EventSubscription>;
  /**
   * The last published position; `0` for a log without events.
   *
   * @throws EventLogUnavailableError
   */
  head(domain: string): Promise<string>;
  /**
   * At most `limit` events from after `after`, of all names.
   *
   * @throws CursorExpiredError when `after` is older than what is retained
   * @throws EventLogUnavailableError
   */
  read(domain: string, after: string, limit: number): Promise<DomainEvent[]>;
  /** Ends all subscriptions and connections. */
  close(): Promise<void>;
}

export interface EventLogOptions {
  redisUrl: string;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
}

/** Opens the event log. Connects by itself, and again whenever the connection is lost. */
export function createEventLog(_options: EventLogOptions): EventLog {
  throw new Error('not yet');
}

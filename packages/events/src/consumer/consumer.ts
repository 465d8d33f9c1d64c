import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventName } from '../catalogue/index.ts';
import type { DomainEvent } from '../domain-event.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ConsumerDatabase, ConsumerTables } from './consumer-database.ts';

/** What to do for an event: its effect, written with the given transaction. */
export type Handlers<Transaction> = {
  [Name in EventName]?: (transaction: Transaction, event: DomainEvent<Name>) => Promise<void>;
};

/** Lets the events of one domain have their effect in another: once each, in order. */
export interface Consumer {
  start(): void;
  /**
   * Resolves when everything that was in the log at the call has had its effect.
   *
   * @param timeoutMs default 2000
   * @throws EventLogUnavailableError when the time was not enough
   */
  catchUp(timeoutMs?: number): Promise<void>;
  /** Waits for the effect in progress. */
  close(): Promise<void>;
}

export interface ConsumerOptions<Transaction extends ConsumerTables> {
  /** Stands in the inbox and the offset; keep it for ever, or every effect happens again. */
  name: string;
  /** The domain whose events are consumed. */
  domain: string;
  /** The Prisma client of the consuming domain. */
  database: ConsumerDatabase<Transaction>;
  log: EventLog;
  handlers: Handlers<Transaction>;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
}

/** Creates a consumer. It may run in many processes at once: an effect still happens once. */
export function createConsumer<Transaction extends ConsumerTables>(
  _options: ConsumerOptions<Transaction>,
): Consumer {
  throw new Error('not yet');
}

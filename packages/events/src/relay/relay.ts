import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

/** Brings the committed events of one domain from its outbox into its log. */
export interface Relay {
  start(): void;
  /**
   * Waits until these events are in the log, whichever process put them there.
   *
   * @param timeoutMs default 2000
   * @returns false when the time was not enough; the events are published later all the same
   */
  settled(eventIds: string[], timeoutMs?: number): Promise<boolean>;
  /** Lets go of the lock, so that another process takes over at once. */
  close(): Promise<void>;
}

export interface RelayOptions {
  domain: string;
  databaseUrl: string;
  redisUrl: string;
  logger: Logger;
  /** If omitted, nothing is measured. */
  metrics?: Registry;
}

/** Creates the relay of a domain. It may run in many processes: one is active, the others stand by. */
export function createRelay(_options: RelayOptions): Relay {
  throw new Error('not yet');
}

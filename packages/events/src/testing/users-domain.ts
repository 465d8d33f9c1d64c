import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { appendToOutbox } from '../outbox.ts';
import { createRelay, type Relay, type RelayOptions } from '../relay/relay.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

/** The domain `users` as far as events go: a database to commit to and relays that publish. */
export interface UsersDomain {
  database: ScratchDatabase;
  /** Commits one event. @returns its id */
  commit(userId?: string): Promise<string>;
  /** Starts a relay; it is closed with the domain. */
  startRelay(options?: Partial<RelayOptions>): Relay;
  /** Process ids of the relays' PostgreSQL sessions; of the active one alone when asked so. */
  relaySessions(options?: { active: boolean }): Promise<number[]>;
  /** Ends a PostgreSQL session from outside. */
  terminate(pid: number): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function createUsersDomain(redisUrl: string): Promise<UsersDomain> {
  const database = await createScratchDatabase();
  const relays: Relay[] = [];
  return {
    database,
    commit: (userId = randomUUID()) =>
      database.prisma.$transaction((tx) => appendToOutbox(tx, 'userUpdated', { userId })),
    startRelay(options) {
      const logger = pino({ level: 'silent' });
      const relay = createRelay({ domain: 'users', databaseUrl: database.url, redisUrl, logger, ...options });
      relays.push(relay);
      relay.start();
      return relay;
    },
    async relaySessions(options = { active: false }) {
      const rows = await database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'kronos-relay-users'
           AND (NOT $1 OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted))`,
        [options.active],
      );
      return rows.map((row) => row.pid);
    },
    async terminate(pid) {
      await database.query('SELECT pg_terminate_backend($1)', [pid]);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(relays.map((relay) => relay.close()));
      await database[Symbol.asyncDispose]();
    },
  };
}

import pg from 'pg';
import type { Query } from './outbox-rows.ts';

/** A connection to PostgreSQL of which the relay's lock and LISTEN are part: when it is lost, both are. */
export interface RelaySession {
  query: Query;
  /** Why the connection is lost; null while it is not. */
  readonly lost: Error | null;
  /** Takes the domain's lock for as long as the session lasts. @returns false when another process has it */
  tryLock(): Promise<boolean>;
  /** Lets `onNews` be called at every commit of events. */
  listen(): Promise<void>;
  end(): Promise<void>;
}

export interface SessionOptions {
  domain: string;
  databaseUrl: string;
  /** Called when there may be new events, and when the session is lost. */
  onNews(): void;
}

/**
 * Opens a session.
 *
 * @throws when PostgreSQL cannot be reached; never crashes the process later
 */
export async function openSession(options: SessionOptions): Promise<RelaySession> {
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: `kronos-relay-${options.domain}`,
    connectionTimeoutMillis: 5_000,
    // A server that has vanished without a word is noticed by a query that is never answered.
    query_timeout: 15_000,
    keepAlive: true,
  });
  let lost: Error | null = null;
  const lose = (error?: Error) => {
    lost ??= error ?? new Error('PostgreSQL has closed the connection');
    options.onNews();
  };
  client.on('error', lose);
  client.on('end', () => lose());
  client.on('notification', options.onNews);

  // The statements are few and run at every event: planning them each time would take longer than running them.
  const names = new Map<string, string>();
  const nameOf = (text: string) => {
    const name = names.get(text) ?? `relay-${names.size}`;
    names.set(text, name);
    return name;
  };

  // pg wants one query at a time on a client; the relay and those who wait for it share this one.
  let previous: Promise<unknown> = Promise.resolve();
  const query: Query = (sql, values) => {
    const answer = previous.then(
      async () => (await client.query({ name: nameOf(sql), text: sql, values })).rows,
    );
    previous = answer.catch(() => {});
    return answer;
  };

  try {
    await client.connect();
  } catch (error) {
    client.end().catch(() => {});
    throw error;
  }

  return {
    query,
    get lost() {
      return lost;
    },
    async tryLock() {
      const [row] = await query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
        [`kronos:relay:${options.domain}`],
      );
      return row?.locked === true;
    },
    async listen() {
      await query('LISTEN outbox');
    },
    async end() {
      await client.end().catch(() => {});
    },
  };
}

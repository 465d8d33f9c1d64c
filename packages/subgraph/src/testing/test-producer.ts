import { appendToOutbox, createRelay, type EventName, type EventPayload } from '@kronos/events';
import { createLogger } from '@kronos/service';
import { Client } from 'pg';
import { createTestDatabase } from './test-database.ts';

/** Another domain as far as its events go: its own database with its outbox, and its relay. */
export interface TestProducer extends AsyncDisposable {
  /**
   * Commits an event and waits until it is in the log.
   *
   * @returns the event's id
   */
  publish<Name extends EventName>(name: Name, payload: EventPayload<Name>): Promise<string>;
}

/**
 * A domain whose events the subgraph under test consumes.
 *
 * @param redisUrl of the subgraph under test
 */
export async function createTestProducer(domain: string, redisUrl: string): Promise<TestProducer> {
  const database = await createTestDatabase(domain);
  const logger = createLogger({ name: `test ${domain}`, level: 'silent' });
  const relay = createRelay({ domain, databaseUrl: database.url, redisUrl, logger });
  // A client and not a pool: its end is over when `end` resolves, and the database can be dropped.
  const client = new Client({ connectionString: database.url });
  await client.connect();
  // What the domain's seed has announced is none of the test's events.
  await client.query('TRUNCATE outbox RESTART IDENTITY');
  relay.start();

  let last: Promise<unknown> = Promise.resolve();
  /** One statement after another, as a client wants it. */
  function insert(rows: object[]): Promise<unknown> {
    last = last.then(() => client.query(insertRows, [JSON.stringify(rows)]));
    return last;
  }
  const transaction = {
    outbox: {
      create: ({ data }: { data: object }) => insert([data]),
      createMany: ({ data }: { data: object[] }) => insert(data),
    },
  };

  return {
    async publish(name, payload) {
      const eventId = await appendToOutbox(transaction, name, payload);
      if (await relay.settled([eventId], 10_000)) return eventId;
      throw new Error(`The event ${name} did not reach the log in time.`);
    },
    async [Symbol.asyncDispose]() {
      await relay.close();
      await client.end();
      await database[Symbol.asyncDispose]();
    },
  };
}

const insertRows = `
  INSERT INTO outbox (id, name, key, payload)
  SELECT id, name, key, payload FROM jsonb_to_recordset($1) AS row (id uuid, name text, key text, payload jsonb)`;

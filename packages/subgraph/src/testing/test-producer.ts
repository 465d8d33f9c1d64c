import { appendToOutbox, createRelay, type EventName, type EventPayload } from '@kronos/events';
import { createLogger } from '@kronos/service';
import { Pool } from 'pg';
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
  const client = new Pool({ connectionString: database.url, max: 1 });
  // What the domain's seed has announced is none of the test's events.
  await client.query('TRUNCATE outbox RESTART IDENTITY');
  relay.start();

  const insert = ({
    id,
    name,
    key,
    payload,
  }: {
    id: string;
    name: string;
    key: string | null;
    payload: object;
  }) =>
    client.query('INSERT INTO outbox (id, name, key, payload) VALUES ($1, $2, $3, $4)', [
      id,
      name,
      key,
      payload,
    ]);
  const transaction = {
    outbox: {
      create: ({ data }: { data: Parameters<typeof insert>[0] }) => insert(data),
      createMany: ({ data }: { data: Parameters<typeof insert>[0][] }) => Promise.all(data.map(insert)),
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

import { readdirSync } from 'node:fs';
import { testAdministrator } from '@kronos/cli/testing';
import { testMasterKeys } from '@kronos/sealing/testing';
import { createTestDatabase } from '@kronos/subgraph/testing';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { logIn, signUp } from '../kit/client.ts';
import { createEvent, register, until } from '../kit/graph.ts';
import { startKronos } from '../kit/kronos.ts';
import { pgBouncerPath, startPgBouncer } from './start-pgbouncer.ts';

const serverUrl = process.env.KRONOS_TEST_POSTGRES_URL!;
const domains = readdirSync(new URL('../../prisma', import.meta.url));

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

/** A system whose every database is behind a pgBouncer in transaction mode. */
async function startBehindPgBouncer() {
  const bouncer = opened.use(await startPgBouncer(serverUrl));
  const databases = await Promise.all(domains.map((domain) => createTestDatabase(domain)));
  for (const database of databases) opened.use(database);
  const urls = domains.map((domain, index) => [
    `${domain.toUpperCase()}_DATABASE_URL`,
    bouncer.through(databases[index]!.url),
  ]);
  const kronos = opened.use(
    await startKronos({
      environment: {
        ...Object.fromEntries(urls),
        KRONOS_OPERATOR_DATABASE_URL: serverUrl,
        // What the suite's databases were sealed with.
        KRONOS_MASTER_KEYS: testMasterKeys,
      },
    }),
  );
  return kronos;
}

test.skipIf(!pgBouncerPath)('everything works behind a pgBouncer in transaction mode', async () => {
  const kronos = await startBehindPgBouncer();
  const { KRONOS_ADMIN_EMAIL: email, KRONOS_ADMIN_PASSWORD: password } = testAdministrator;
  const administrator = await logIn({ email, password }, kronos.url);
  const [ada, bob] = [await signUp('Ada', kronos.url), await signUp('Bob', kronos.url)];

  // Accounts: what one domain has committed has its effect in the others.
  const { viewer } = await ada.data('{ viewer { user { displayName email } } }');
  expect(viewer.user).toEqual({ displayName: 'Ada', email: ada.email });

  // Events: live, with capacity, and a notification that follows from them.
  const created = await bob.listen('subscription { eventCreated { event { title } } }');
  const notified = await bob.listen(
    'subscription { notificationReceived { notification { event { id } } } }',
  );
  const event = await createEvent(ada, { visibility: 'PUBLIC', capacity: 1 });
  await until(created, ({ data }) => data.eventCreated.event.title === event.title);
  expect((await register(bob, event.id)).userErrors).toEqual([]);
  expect((await register(ada, event.id)).userErrors).toEqual([{ code: 'EVENT_FULL' }]);
  await until(notified, ({ data }) => data.notificationReceived.notification.event?.id === event.id);
  await Promise.all([created.return?.(), notified.return?.()]);

  // Many at once share few connections.
  const titles = Array.from({ length: 40 }, (_, index) => `Meeting ${index}`);
  const made = await Promise.all(titles.map((title) => createEvent(ada, { title })));
  expect(made.map(({ title }) => title)).toEqual(titles);

  // Rows of one domain and a key of Redis are written together, read, and read again from the cache.
  const { dataTransactionExecute } = await ada.data(
    `mutation ($input: DataTransactionExecuteInput!) {
      dataTransactionExecute(input: $input) { transaction { status } userErrors { code message } } }`,
    {
      input: {
        operations: [
          { database: 'POSTGRESQL', operation: 'INSERT', table: 'projects', data: { title: 'The storm' } },
          { database: 'REDIS', operation: 'SET', key: 'last-project', value: 'The storm' },
        ],
      },
    },
  );
  expect(dataTransactionExecute).toEqual({ transaction: { status: 'COMMITTED' }, userErrors: [] });
  const titlesOf = async (person: typeof ada) =>
    (await person.data('{ dataQuery(input: {table: "projects", columns: ["title"]}) { rows cached } }'))
      .dataQuery;
  expect(await titlesOf(ada)).toEqual({ rows: [{ title: 'The storm' }], cached: false });
  // The cache is asked as soon as it has heard of what was written.
  await expect.poll(() => titlesOf(ada)).toEqual({ rows: [{ title: 'The storm' }], cached: true });
  expect((await titlesOf(bob)).rows).toEqual([]);

  // The databases are looked after on the server itself.
  const { databaseTargets } = await administrator.data('{ databaseTargets { name kind status } }');
  const down = databaseTargets.filter(({ status }: { status: string }) => status === 'DOWN');
  expect(down).toEqual([]);
  const lease = await administrator.data(
    `mutation { connectionAcquire(input: {serviceName: "reports", domain: "events", operationType: READ}) {
      databaseUrl userErrors { code message } } }`,
  );
  expect(lease.connectionAcquire.userErrors).toEqual([]);
  const leased = new pg.Client({ connectionString: lease.connectionAcquire.databaseUrl });
  await leased.connect();
  const { rows } = await leased.query('SELECT count(*)::int AS count FROM event');
  await leased.end();
  expect(rows).toEqual([{ count: 41 }]);
});

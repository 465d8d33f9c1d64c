import { type Actor, createTestDatabase, createTestDomain, type TestResult } from '@kronos/subgraph/testing';
import pg from 'pg';
import { createSubgraph } from './subgraph.ts';

/** Who looks after all databases. */
export const admin: Actor = { userId: '0190a000-0000-7000-8000-0000000000ad', scopes: ['database:admin'] };

/** Services that every installation has, with the scopes that they have. */
export const analysis: Actor = {
  serviceId: '00000000-0000-7000-8000-000000000202',
  scopes: ['database:lease', 'service'],
};
export const userService: Actor = {
  serviceId: '00000000-0000-7000-8000-000000000201',
  scopes: ['database:lease', 'users:read'],
};

/**
 * The database subgraph with the databases of other domains to look after. Its operator is the administrator of the test's
 * server.
 *
 * @param domains whose databases there are beside its own
 * @param environment further variables, or others
 */
export async function createTestDatabases(domains: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  await using opened = new AsyncDisposableStack();
  const databases = await Promise.all(domains.map((domain) => createTestDatabase(domain)));
  for (const database of databases) opened.use(database);
  const urls = Object.fromEntries(domains.map((domain, index) => [domain, databases[index]!.url]));
  const domain = opened.use(
    await createTestDomain('database', createSubgraph, {
      KRONOS_OPERATOR_DATABASE_URL: process.env.KRONOS_TEST_POSTGRES_URL,
      ...Object.fromEntries(domains.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, urls[name]])),
      ...environment,
    }),
  );
  const everything = opened.move();
  return {
    ...domain,
    /** Of the other domains, by their names; as the test server's administrator. */
    urls,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

export type TestDatabases = Awaited<ReturnType<typeof createTestDatabases>>;

/** Runs a statement on a connection of its own. */
export async function query(url: string, sql: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url });
  // What ends the connection ends the statement, too, and is seen there.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The code of the first error of an answer. */
export const codeOf = ({ errors }: TestResult) => errors?.[0]?.extensions?.code;

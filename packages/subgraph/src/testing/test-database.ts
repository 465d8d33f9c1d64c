import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';

/** A database of a domain that lives as long as the test. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
}

const duplicateOrBusyTemplate = '55006';

/**
 * A fresh database with the domain's tables: a copy of the template `kronos_test_<domain>` when the suite has made one,
 * otherwise made from the domain's migrations.
 *
 * Needs `KRONOS_TEST_POSTGRES_URL`, an administrator's URL.
 */
export async function createTestDatabase(domain: string): Promise<TestDatabase> {
  const adminUrl = process.env.KRONOS_TEST_POSTGRES_URL;
  if (!adminUrl) throw new Error('KRONOS_TEST_POSTGRES_URL is not set: tests need a PostgreSQL server.');
  const template = `kronos_test_${domain.replaceAll('-', '_')}`;
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;

  const hasTemplate = await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    await createDatabase(
      client,
      rowCount ? `"${name}" TEMPLATE "${template}" STRATEGY FILE_COPY` : `"${name}"`,
    );
    return rowCount !== 0;
  });
  if (!hasTemplate) await withClient(url, (client) => migrate(client, domain));

  return {
    url,
    async [Symbol.asyncDispose]() {
      await withClient(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
    },
  };
}

async function withClient<Result>(url: string, use: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function createDatabase(client: Client, specification: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(`CREATE DATABASE ${specification}`);
      return;
    } catch (error) {
      // Another test is copying the same template at this moment.
      const isBusy = error instanceof DatabaseError && error.code === duplicateOrBusyTemplate;
      if (!isBusy || attempt === 20) throw error;
      await delay(100);
    }
  }
}

async function migrate(client: Client, domain: string): Promise<void> {
  const folder = new URL(`../../../../prisma/${domain}/migrations/`, import.meta.url);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of names.sort()) {
    await client.query(await readFile(new URL(`${name}/migration.sql`, folder), 'utf8'));
  }
}

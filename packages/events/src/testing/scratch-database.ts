import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Prisma, PrismaClient } from '@kronos/prisma-notifications';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

const MIGRATIONS = new URL('../../../../prisma/notifications/migrations/', import.meta.url);

/** What a transaction of the database is given. */
export type ScratchTransaction = Prisma.TransactionClient;

/** A database of the test's own with the tables outbox, inbox and consumer_offset. */
export interface ScratchDatabase {
  url: string;
  prisma: PrismaClient;
  /** Runs SQL on a connection that is not one of those under test. */
  query<Row>(sql: string, values?: unknown[]): Promise<Row[]>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a database from the migrations of `notifications`, which has the three tables like every domain, and whose
 * package needs nothing of this one.
 */
export async function createScratchDatabase(): Promise<ScratchDatabase> {
  const serverUrl = process.env.KRONOS_TEST_POSTGRES_URL;
  if (!serverUrl) throw new Error('KRONOS_TEST_POSTGRES_URL is not set');
  const name = `events_test_${randomUUID().replaceAll('-', '')}`;
  await runOnce(serverUrl, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  pool.on('error', () => {});
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  const migrations = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const migration of migrations.sort()) {
    await pool.query(await readFile(new URL(`${migration}/migration.sql`, MIGRATIONS), 'utf8'));
  }
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 5 }) });
  return {
    url,
    prisma,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    async [Symbol.asyncDispose]() {
      await Promise.all([prisma.$disconnect(), pool.end()]);
      await runOnce(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function runOnce(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

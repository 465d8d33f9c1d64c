import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';
import { expect, test } from 'vitest';
import { giveUpFailed } from './applied.ts';
import { readMigrationLock, readMigrations } from './files.ts';
import { lockKey, migrate, readMigrationState } from './migrate.ts';
import { applyMigrations, sqlOfSchema } from './schema-engine.ts';

const adminUrl = process.env.KRONOS_TEST_POSTGRES_URL!;

async function emptyDatabase() {
  const name = `kronos_cli_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  await query(adminUrl, `CREATE DATABASE ${name}`);
  return {
    url,
    [Symbol.asyncDispose]: async () => void (await query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`)),
  };
}

async function query(url: string, sql: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const migration = (name: string, sql: string) => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});

test('a domain is brought up to date once, by two at the same time as well', async () => {
  await using database = await emptyDatabase();
  const target = { domain: 'auth', databaseUrl: database.url };
  const names = (await readMigrations('auth')).map(({ name }) => name);
  expect((await readMigrationState(target)).pending).toEqual(names);

  const applied = await Promise.all([migrate(target), migrate(target)]);
  expect(applied.flat()).toEqual(names);
  expect(await readMigrationState(target)).toMatchObject({ applied: names, pending: [], faults: [] });
  expect(
    await query(database.url, "SELECT tgname FROM pg_trigger WHERE tgname = 'outbox_notify'"),
  ).toHaveLength(1);
});

test('a migration is applied as a whole or not at all, whatever semicolons it has', async () => {
  await using database = await emptyDatabase();
  const lock = await readMigrationLock('auth');
  const good = migration(
    '1_good',
    "CREATE TABLE a (t text DEFAULT 'x;y'); -- it is; so\nDO $$ BEGIN PERFORM 1; END $$;",
  );
  const bad = migration('2_bad', 'CREATE TABLE b (i int); SELECT 1 / 0;');
  const apply = (...migrations: (typeof good)[]) =>
    applyMigrations({ databaseUrl: database.url, migrations, lock });

  expect(await apply(good)).toEqual(['1_good']);
  await expect(apply(good, bad)).rejects.toThrow(/division by zero/);
  expect(await query(database.url, "SELECT to_regclass('a') AS a, to_regclass('b') AS b")).toEqual([
    { a: 'a', b: null },
  ]);
});

test('a failed or an edited migration is told and stops everything', async () => {
  await using database = await emptyDatabase();
  const target = { domain: 'auth', databaseUrl: database.url };
  await migrate(target);
  await query(database.url, "UPDATE _prisma_migrations SET checksum = 'x', finished_at = NULL");
  await expect(migrate(target)).rejects.toThrow('has begun and never finished');
  await query(database.url, 'UPDATE _prisma_migrations SET finished_at = now()');
  await expect(migrate(target)).rejects.toThrow('was edited after it was applied');
});

test('the SQL of a schema needs no database', async () => {
  const sql = await sqlOfSchema(
    'datasource db {\n  provider = "postgresql"\n}\nmodel Thing {\n  id String @id @db.Uuid\n  @@map("thing")\n}',
  );
  expect(sql).toContain('CREATE TABLE "thing"');
});

test('what somebody applies at this moment is not given up', async () => {
  await using database = await emptyDatabase();
  const target = { domain: 'auth', databaseUrl: database.url };
  await migrate(target);
  const set = (sql: string) =>
    query(database.url, `UPDATE _prisma_migrations SET ${sql} WHERE migration_name LIKE '%_init'`);
  await set('finished_at = NULL');
  const migrating = new pg.Client({ connectionString: database.url });
  await migrating.connect();
  await migrating.query('SELECT pg_advisory_lock($1)', [lockKey]);
  const givingUp = giveUpFailed(target);
  const waiting = `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = ${lockKey}`;
  await expect.poll(() => query(database.url, waiting)).toHaveLength(1);
  await set('finished_at = now()');
  await migrating.end();
  expect(await givingUp).toEqual([]);
  await set('finished_at = NULL');
  expect(await giveUpFailed(target)).toHaveLength(1);
});

import { randomBytes } from 'node:crypto';
import { readMigrations } from '@kronos/migrations';
import { afterAll, expect, test, vi } from 'vitest';
import { admin, codeOf, createTestDatabases, query } from '../test-kit.ts';
import { tryLockMigrations } from './migration-lock.ts';

const adminUrl = process.env.KRONOS_TEST_POSTGRES_URL!;
const name = `kronos_migrations_${randomBytes(4).toString('hex')}`;
await query(adminUrl, `CREATE DATABASE ${name}`);
const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
const database = await createTestDatabases(['cache'], { NOTIFICATIONS_DATABASE_URL: url });
const versions = (await readMigrations('notifications')).map((migration) => migration.name);

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await query(adminUrl, `DROP DATABASE ${name} WITH (FORCE)`);
});

const statusQuery = `query ($schema: String) { migrationStatus(schema: $schema) {
  currentVersion faults pending { schema version description estimatedDuration advice } last { version appliedAt durationMs } } }`;
const runMutation = `mutation ($input: MigrationsRunInput!) { migrationsRun(input: $input) {
  run { id status dryRun sql advice progress { currentStep totalSteps } } userErrors { code field details } } }`;
const runQuery =
  'query ($id: ID!) { migrationRun(id: $id) { status failure progress { currentStep totalSteps } } }';

const status = async (schema?: string) =>
  (await database.execute(statusQuery, { schema }, admin)).data!.migrationStatus;
const run = async (input: object) =>
  (await database.execute(runMutation, { input }, admin)).data!.migrationsRun;
const ended = (id: string) =>
  vi.waitFor(
    async () => {
      const { data } = await database.execute(runQuery, { id }, admin);
      expect(data!.migrationRun.status).not.toBe('RUNNING');
      return data!.migrationRun;
    },
    { timeout: 20_000, interval: 50 },
  );

test('what is pending is told, tried dry, applied step by step, and tried again where it failed', async () => {
  const schema = 'notifications';
  expect(await status(schema)).toMatchObject({ currentVersion: null, last: null, faults: [] });
  expect((await status(schema)).pending[0]).toEqual({
    ...{ schema, version: versions[0], description: 'init' },
    ...{ estimatedDuration: expect.stringMatching(/^PT\d+S$/), advice: [] },
  });

  const dry = await run({ schema, dryRun: true });
  expect(dry.run).toMatchObject({
    status: 'SUCCEEDED',
    dryRun: true,
    progress: { totalSteps: versions.length },
  });
  expect(dry.run.sql[0]).toMatch(/^-- notifications: .*_init\n[\s\S]*CREATE TABLE/);
  expect((await status(schema)).pending).toHaveLength(versions.length);

  await using stream = await database.subscribe(
    'subscription { migrationStepCompleted { schema version run { id } } }',
    {},
    admin,
  );
  const first = await run({ schema, targetVersion: versions[0] });
  expect(await ended(first.run.id)).toMatchObject({
    status: 'SUCCEEDED',
    progress: { currentStep: 1, totalSteps: 1 },
  });
  expect((await stream.message()).data).toEqual({
    migrationStepCompleted: { schema, version: versions[0], run: { id: first.run.id } },
  });
  expect(await status(schema)).toMatchObject({ currentVersion: versions[0], last: { version: versions[0] } });

  const interrupted = versions.find((version) => version.endsWith('_traceparent'))!;
  await ended((await run({ schema, targetVersion: interrupted })).run.id);
  expect(await status(schema)).toMatchObject({ currentVersion: interrupted, faults: [] });

  // As a crash in its middle leaves it.
  await query(url, 'ALTER TABLE outbox DROP COLUMN traceparent');
  await query(url, 'UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = $1', [
    interrupted,
  ]);
  expect((await status(schema)).faults).toEqual([expect.stringContaining('has begun and never finished')]);
  expect((await run({ schema })).userErrors).toMatchObject([
    { code: 'CONFLICT', details: { faults: [expect.any(String)] } },
  ]);
  expect(await ended((await run({ schema, resume: true })).run.id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await status(schema)).toMatchObject({ currentVersion: versions.at(-1), pending: [], faults: [] });

  await query(url, "UPDATE _prisma_migrations SET checksum = 'edited' WHERE migration_name = $1", [
    versions[0],
  ]);
  expect((await status(schema)).faults).toEqual([expect.stringContaining('was edited after it was applied')]);
});

test('one runs at a time', async () => {
  const lock = await tryLockMigrations(database.databaseUrl);
  expect((await run({ schema: 'cache' })).userErrors).toMatchObject([{ code: 'MIGRATION_LOCKED' }]);
  await lock!.release();
  expect((await run({ schema: 'cache' })).userErrors).toEqual([]);
});

test.each([
  [{ schema: 'nowhere' }, 'NOT_FOUND'],
  [{ schema: 'cache', targetVersion: '20000101_none', dryRun: true }, 'NOT_FOUND'],
  [{ schema: 'cache', targetVersion: "x'; DROP TABLE outbox" }, 'INVALID'],
])('%j: %s', async (input, code) => expect((await run(input)).userErrors).toMatchObject([{ code }]));

test.each([
  [statusQuery, {}],
  [runMutation, { input: {} }],
  [runQuery, { id: 'migration_run_01h455vb4pex5vsknk084sn02q' }],
])('%s is for administrators of the databases', async (document, variables) => {
  expect(codeOf(await database.execute(document, variables))).toBe('UNAUTHENTICATED');
  expect(codeOf(await database.execute(document, variables, { scopes: ['database:lease'] }))).toBe(
    'FORBIDDEN',
  );
});

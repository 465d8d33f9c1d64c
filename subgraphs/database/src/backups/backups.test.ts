import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backupTarget, createBackup, createFolderStorage } from '@kronos/backup';
import { PrismaClient } from '@kronos/prisma-database';
import { openMasterKeys } from '@kronos/sealing';
import { createLogger } from '@kronos/service';
import { domainAdapter, encodeId, newId } from '@kronos/subgraph';
import { createTestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabases } from '../databases.ts';
import { admin, codeOf, createTestDatabases, query } from '../test-kit.ts';
import { openBackupJobs } from './backup-jobs.ts';
import { tryParseSchedule } from './schedule.ts';

const folder = await mkdtemp(join(tmpdir(), 'kronos-backups-'));
const database = await createTestDatabases(['cache'], { KRONOS_BACKUP_FOLDER: folder });
const cacheUrl = database.urls.cache!;

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const documents = {
  create: `mutation ($input: BackupCreateInput!) { backupCreate(input: $input) {
    backup { id kind status schemas } userErrors { code field } } }`,
  restore: `mutation ($id: ID!, $input: BackupRestoreInput!) { backupRestore(id: $id, input: $input) {
    restore { id status schemas forced beside backup { id } } userErrors { code field details } } }`,
  verify: `mutation ($id: ID!, $restore: Boolean!) { backupVerify(id: $id, restore: $restore) {
    check { ok restoredRows problems backup { id verifiedAt problems } } userErrors { code } } }`,
  prune: `mutation ($input: BackupsPruneInput!) { backupsPrune(input: $input) { prunedBackupIds userErrors { code field } } }`,
  selfTest:
    'mutation { backupSelfTest { check { ok restoredRows problems backup { id } } userErrors { code } } }',
  list: 'query ($filter: BackupFilter) { backups(filter: $filter) { totalCount nodes { id status schemas } } }',
  one: `query ($id: ID!) { backup(id: $id) {
    id kind status schemas sizeBytes rows checksum archiveUrl verifiedAt problems failure progress { currentStep totalSteps } } }`,
  restoreOf: 'query ($id: ID!) { backupRestore(id: $id) { id status databases failure } }',
};

const ask = (name: keyof typeof documents, variables = {}, as = admin) =>
  database.execute(documents[name], variables, as);

/** Makes a backup of the cache domain and waits for it. */
async function made(): Promise<string> {
  const { data } = await ask('create', { input: { schemas: ['cache'] } });
  const { id } = data!.backupCreate.backup;
  await vi.waitFor(
    async () => expect((await ask('one', { id })).data).toMatchObject({ backup: { status: 'SUCCEEDED' } }),
    {
      timeout: 20_000,
      interval: 50,
    },
  );
  return id;
}

async function restored(id: string) {
  return vi.waitFor(
    async () => {
      const { data } = await ask('restoreOf', { id });
      expect(data!.backupRestore.status).toMatch(/SUCCEEDED|FAILED/);
      return data!.backupRestore;
    },
    { timeout: 20_000, interval: 50 },
  );
}

let id = '';
beforeAll(async () => {
  await query(cacheUrl, "INSERT INTO outbox (id, name, payload) VALUES (gen_random_uuid(), 'before', '{}')");
  id = await made();
});

test('a backup goes on by itself, is announced, and says what it has', async () => {
  await using stream = await database.subscribe(
    'subscription { backupCompleted { cursor backup { id status } } }',
    {},
    admin,
  );
  const another = await made();
  expect((await stream.message()).data).toMatchObject({
    backupCompleted: { backup: { id: another, status: 'SUCCEEDED' } },
  });
  const { data } = await ask('one', { id: another });
  const { totalSteps } = data!.backup.progress;
  expect(data!.backup).toEqual({
    ...{ id: another, kind: 'SCHEMA', status: 'SUCCEEDED', schemas: ['cache'] },
    ...{ sizeBytes: expect.stringMatching(/^\d+$/), rows: expect.stringMatching(/^\d+$/) },
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    archiveUrl: expect.stringMatching(new RegExp(`^file://.*/${another}$`)),
    ...{ verifiedAt: null, problems: [], failure: null, progress: { currentStep: totalSteps, totalSteps } },
  });
});

test('it is proven by a restore, which is noted', async () => {
  const { data } = await ask('verify', { id, restore: true });
  expect(data!.backupVerify).toMatchObject({
    check: { ok: true, problems: [], backup: { id, verifiedAt: expect.any(String), problems: [] } },
  });
  expect(Number(data!.backupVerify.check.restoredRows)).toBeGreaterThan(0);
  expect((await ask('verify', { id, restore: false })).data).toMatchObject({
    backupVerify: { check: { ok: true, restoredRows: null } },
  });
});

test('a restore replaces data by force alone, once per key', async () => {
  const input = { schemas: ['cache'], idempotencyKey: newId() };
  expect((await ask('restore', { id, input })).data).toEqual({
    backupRestore: {
      restore: null,
      userErrors: [{ code: 'RESTORE_REFUSED', field: ['input', 'force'], details: { schemas: ['cache'] } }],
    },
  });
  await query(cacheUrl, 'TRUNCATE outbox');
  const forced = { ...input, force: true };
  const [first, second] = [
    await ask('restore', { id, input: forced }),
    await ask('restore', { id, input: forced }),
  ];
  const { restore } = first.data!.backupRestore;
  expect(restore).toMatchObject({ schemas: ['cache'], forced: true, beside: false, backup: { id } });
  expect(second.data!.backupRestore.restore.id).toBe(restore.id);
  const name = new URL(cacheUrl).pathname.slice(1);
  expect(await restored(restore.id)).toMatchObject({ status: 'SUCCEEDED', databases: [name], failure: null });
  expect(await query(cacheUrl, 'SELECT name FROM outbox')).toContainEqual({ name: 'before' });
  const [old] = await query(
    cacheUrl,
    "SELECT datname FROM pg_database WHERE starts_with(datname, $1 || '_replaced_')",
    [name],
  );
  await query(database.databaseUrl, `DROP DATABASE "${old!.datname}"`);

  const other = await made();
  expect((await ask('restore', { id: other, input: forced })).data!.backupRestore.userErrors).toMatchObject([
    { code: 'CONFLICT' },
  ]);
});

test('beside, nothing is replaced', async () => {
  const input = { beside: true, idempotencyKey: newId() };
  const { data } = await ask('restore', { id, input });
  const { databases } = await restored(data!.backupRestore.restore.id);
  expect(databases).toEqual([expect.stringMatching(/_restored_/)]);
  await query(database.databaseUrl, `DROP DATABASE "${databases[0]}"`);
});

test('what the command has made is in the list, and what is gone from the storage is not', async () => {
  const manifest = await createBackup({
    storage: createFolderStorage(folder),
    masterKeys: openMasterKeys({
      KRONOS_HOME: '',
      KRONOS_MASTER_KEYS: `test:${Buffer.alloc(32, 'test').toString('base64')}`,
    }),
    targets: [backupTarget('cache', cacheUrl)],
    isFull: true,
  });
  const listed = async () => (await ask('list', { filter: { schema: 'cache' } })).data!.backups;
  expect((await listed()).nodes[0]).toEqual({ id: manifest.id, status: 'SUCCEEDED', schemas: ['cache'] });
  const before = (await listed()).totalCount;
  await rm(join(folder, manifest.id), { recursive: true });
  expect((await listed()).totalCount).toBe(before - 1);
  expect((await ask('one', { id: manifest.id })).data).toEqual({ backup: null });
});

test('who is erased is noted beside the backups before the erasure is complete', async () => {
  const userId = newId();
  await using users = await createTestProducer('users', database.redisUrl);
  await users.publish('erasureStepRequested', { requestId: newId(), userId, domain: 'database' });
  const answers = () =>
    query(
      database.databaseUrl,
      "SELECT 1 FROM outbox WHERE name = 'databaseDataErased' AND payload->>'userId' = $1",
      [userId],
    );
  await vi.waitFor(async () => expect(await answers()).toHaveLength(1), { timeout: 20_000, interval: 50 });
  const notes = await readdir(join(folder, 'erased'));
  expect(notes.filter((note) => note.startsWith(userId))).toHaveLength(1);
});

test('pruning removes old ones and keeps the last good one', async () => {
  await ask('verify', { id, restore: true });
  await made();
  const kept = await made();
  const { data } = await ask('prune', { input: { keep: 1 } });
  expect(data!.backupsPrune.userErrors).toEqual([]);
  expect((await readdir(folder)).filter((name) => name.startsWith('backup_')).sort()).toEqual(
    [id, kept].sort(),
  );
  expect((await ask('list')).data!.backups.nodes.map((node: { id: string }) => node.id)).toEqual([kept, id]);
});

test('the self-test goes the whole way', async () => {
  const { data } = await ask('selfTest');
  expect(data!.backupSelfTest).toMatchObject({
    check: { ok: true, problems: [], backup: null },
    userErrors: [],
  });
});

test('what is dangerous wants a person in a recent login of their own', async () => {
  const restore = { id, input: { idempotencyKey: newId(), force: true } };
  const service = { serviceId: newId(), scopes: ['database:admin'] };
  for (const [name, variables] of [
    ['restore', restore],
    ['prune', { input: { keep: 1 } }],
  ] as const) {
    for (const caller of [
      { ...admin, authenticatedAt: new Date(0) },
      { ...service, authenticatedAt: null },
    ])
      expect(Object.values((await ask(name, variables, caller)).data!)[0].userErrors).toMatchObject([
        { code: 'STEP_UP_REQUIRED' },
      ]);
    expect(codeOf(await ask(name, variables, { ...admin, apiTokenId: newId() }))).toBe('FORBIDDEN');
  }
});

test.each([
  ['create', { input: {} }],
  ['restore', { id: 'backup_01', input: { idempotencyKey: 'k' } }],
  ['verify', { id: 'backup_01', restore: false }],
  ['prune', { input: { keep: 1 } }],
  ['selfTest', {}],
  ['list', {}],
  ['one', { id: 'backup_01' }],
  ['restoreOf', { id: 'restore_01' }],
] as const)('%s is for administrators of the databases', async (name, variables) => {
  expect(codeOf(await database.execute(documents[name], variables))).toBe('UNAUTHENTICATED');
  expect(codeOf(await ask(name, variables, { scopes: ['database:lease', 'users:read'] }))).toBe('FORBIDDEN');
});

test('a backup cannot be had as an entity without the right either', async () => {
  const document = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Backup { id schemas } } }';
  const variables = { r: [{ __typename: 'Backup', id }] };
  expect((await database.execute(document, variables, {})).data).toEqual({ _entities: [null] });
  expect((await database.execute(document, variables, admin)).data).toEqual({
    _entities: [{ id, schemas: ['cache'] }],
  });
});

test.each([
  ['create', { input: { schemas: [] } }, 'INVALID'],
  ['create', { input: { schemas: ['nowhere'] } }, 'NOT_FOUND'],
  ['create', { input: { schemas: ["x'; DROP DATABASE postgres"] } }, 'INVALID'],
  ['restore', { id: 'backup_01h455vb4pex5vsknk084sn02q', input: { idempotencyKey: 'k' } }, 'NOT_FOUND'],
  ['restore', { id: '../../etc', input: { idempotencyKey: 'k' } }, 'NOT_FOUND'],
  ['restore', { id: 'backup_01h455vb4pex5vsknk084sn02q', input: { idempotencyKey: ' ' } }, 'REQUIRED'],
  ['verify', { id: 'backup_01h455vb4pex5vsknk084sn02q', restore: true }, 'NOT_FOUND'],
  ['prune', { input: {} }, 'REQUIRED'],
  ['prune', { input: { keep: -1 } }, 'INVALID'],
] as const)('%s of %j: %s', async (name, variables, code) => {
  const { data } = await ask(name, variables);
  expect(Object.values(data!)[0].userErrors).toMatchObject([{ code }]);
});

/** A clock that stands still until a test sets it, with who waits by it. */
function createClock(start: string) {
  let now = new Date(start);
  const waiting = new Map<() => void, Date>();
  return {
    now: () => now,
    until: (moment: Date, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        waiting.set(resolve, moment);
        signal.addEventListener('abort', () => resolve());
      }),
    /** Resolves when all that was to be done by then is done, by so many. */
    async set(moment: string, waiters: number) {
      now = new Date(moment);
      for (const [wake, until] of waiting) if (until <= now) wake();
      for (const [wake, until] of waiting) if (until <= now) waiting.delete(wake);
      await vi.waitFor(() => expect(waiting.size).toBe(waiters), { timeout: 30_000, interval: 20 });
    },
  };
}

test('every night all is backed up once, whoever is there to do it, and proven; old ones go', async () => {
  const nights = await mkdtemp(join(tmpdir(), 'kronos-nights-'));
  const db = new PrismaClient({ adapter: domainAdapter(database.databaseUrl) });
  const logger = createLogger({ name: 'nights', level: 'silent' });
  const pools = { DB_POOL_MIN: 0, DB_POOL_MAX: 5, DB_POOL_IDLE_TIMEOUT: 10_000 };
  const databases = openDatabases(database.environment, pools, logger);
  const clock = createClock('2026-12-01T01:58:30Z');
  const masterKeys = openMasterKeys({
    KRONOS_HOME: '',
    KRONOS_MASTER_KEYS: `test:${Buffer.alloc(32, 'test').toString('base64')}`,
  });
  const jobs = ['one process', 'another'].map(() =>
    openBackupJobs({
      ...{ db, databases, storage: createFolderStorage(nights), masterKeys, logger, clock },
      ...{ schedule: tryParseSchedule('02:00'), keep: 1 },
    }),
  );
  const made = () =>
    db.backup.findMany({ where: { scheduledFor: { not: null } }, orderBy: { scheduledFor: 'asc' } });
  try {
    await clock.set('2026-12-01T01:59:00Z', 2);
    expect(await made()).toEqual([]);
    await clock.set('2026-12-01T02:00:00.100Z', 2);
    const [first, ...others] = await made();
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      ...{ status: 'SUCCEEDED', isFull: true, schemas: ['cache', 'database'], failure: null, problems: [] },
      ...{ scheduledFor: new Date('2026-12-01T02:00:00Z'), verifiedAt: expect.any(Date), requestedBy: null },
    });
    await clock.set('2026-12-01T02:01:00Z', 2);
    expect(await readdir(nights)).toEqual([encodeId('backup', first!.id)]);

    await clock.set('2026-12-02T02:00:59Z', 2);
    const [second, ...older] = await made();
    expect([second!.scheduledFor, older]).toEqual([new Date('2026-12-02T02:00:00Z'), []]);
    expect(await readdir(nights)).toEqual([encodeId('backup', second!.id)]);
  } finally {
    await Promise.all(jobs.map((job) => job.close()));
    await databases.close();
    await db.$disconnect();
    await rm(nights, { recursive: true, force: true });
  }
});

import { randomUUID } from 'node:crypto';
import { open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createBackup } from './create-backup.ts';
import { openSession } from './databases/session.ts';
import { databaseOf, inDatabase } from './databases/target.ts';
import { noteErasedPerson } from './erased-persons.ts';
import { listBackups, rowsOf } from './list-backups.ts';
import { proveBackup } from './prove-backup.ts';
import { pruneBackups } from './prune-backups.ts';
import { restoreBackup } from './restore-backup.ts';
import { selfTest } from './self-test.ts';
import { testKeys } from './testing/test-keys.ts';
import { folderStorage } from './testing/test-storage.ts';
import { createTestTarget, databasesBeside } from './testing/test-target.ts';
import { verifyFiles } from './verify-backup.ts';

const [auth, cache, { storage, folder, ...storing }] = await Promise.all([
  createTestTarget('auth'),
  createTestTarget('cache'),
  folderStorage(),
]);
const targets = [auth, cache];
const masterKeys = testKeys('2026-11-30-aaaaaa');
const using = { storage, masterKeys, targets };

afterAll(async () => {
  for (const target of targets) await target[Symbol.asyncDispose]();
  await storing[Symbol.asyncDispose]();
});

const nasty = 'tab\tline\nback\\slash \\N "quoted" \u{1F642} ä';

beforeEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await auth.query('ALTER TABLE security_event DISABLE TRIGGER USER');
  await auth.query('TRUNCATE security_event, outbox');
  await auth.query('ALTER TABLE security_event ENABLE TRIGGER USER');
  await auth.query(
    `INSERT INTO security_event (id, kind, details) SELECT gen_random_uuid(), 'TEST', jsonb_build_object('n', n, 'text', $1::text)
     FROM generate_series(1, 3000) n`,
    [nasty],
  );
  await auth.query(
    `INSERT INTO outbox (id, name, payload, position) SELECT gen_random_uuid(), 'test', '{}', n FROM generate_series(1, 7) n`,
  );
});

const create = () => createBackup({ ...using, isFull: true });
const trail = () =>
  auth.query<{ count: string }>("SELECT count(*), max(details->>'text') AS text FROM security_event");

test('what was destroyed is back: rows, sequences, triggers, keys and indexes', async () => {
  const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
  const constraints =
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2";
  const before = [await trail(), await auth.query(indexes), await auth.query(constraints)];
  const manifest = await create();
  expect(manifest.databases.map(({ domain }) => domain)).toEqual(['auth', 'cache']);
  expect(await verifyFiles({ ...using, id: manifest.id })).toMatchObject({ problems: [] });

  await auth.query('DROP TABLE security_event CASCADE');
  await auth.query('TRUNCATE outbox RESTART IDENTITY');
  const restored = await restoreBackup({ ...using, id: manifest.id, mode: 'IN_PLACE', force: true });
  expect(restored).toMatchObject([{ domain: 'auth', database: databaseOf(auth) }, { domain: 'cache' }]);
  expect([await trail(), await auth.query(indexes), await auth.query(constraints)]).toEqual(before);
  await expect(auth.query('DELETE FROM security_event')).rejects.toThrow('security events are added');
  const [next] = await auth.query<{ sequence: string }>(
    "INSERT INTO outbox (id, name, payload) VALUES (gen_random_uuid(), 'test', '{}') RETURNING sequence",
  );
  const sequences = manifest.databases[0]!.sequences;
  // The restore itself has written one, below.
  expect(BigInt(next!.sequence)).toBe(
    BigInt(sequences.find(({ name }) => name === 'outbox_sequence_seq')!.lastValue!) + 2n,
  );
  // Nobody can have read the positions that come now: a domain that had read further than the backup finds out by that.
  expect(await auth.query("SELECT payload->>'after' AS after FROM outbox WHERE position > 1e15")).toEqual([
    { after: '7' },
  ]);
  // What was in their places is kept, once.
  expect(await databasesBeside(databaseOf(auth))).toEqual([databaseOf(auth), restored[0]!.replaced]);
});

test('data is replaced only by force; an empty or a missing database is filled; beside changes nothing', async () => {
  const { id } = await create();
  const restore = (mode: 'IN_PLACE' | 'BESIDE') => restoreBackup({ ...using, id, mode, domains: ['auth'] });
  await expect(restore('IN_PLACE')).rejects.toMatchObject({
    reason: 'REFUSED',
    details: { domains: ['auth'] },
  });

  const [beside] = await restore('BESIDE');
  expect(beside).toMatchObject({ replaced: null, problems: [] });
  await using copy = await openSession(inDatabase(auth.url, beside!.database), auth.owner);
  expect((await copy.query('SELECT count(*) FROM security_event')).rows).toEqual([{ count: '3000' }]);

  await using operator = await openSession(inDatabase(auth.url, 'postgres'));
  await operator.query(`DROP DATABASE ${databaseOf(auth)} WITH (FORCE)`);
  expect(await restore('IN_PLACE')).toMatchObject([{ database: databaseOf(auth), replaced: null }]);
  expect(await trail()).toEqual([{ count: '3000', text: nasty }]);
});

test('a restore brings back the key of nobody who was erased since', async () => {
  const [erased, shredded, present] = [randomUUID(), randomUUID(), randomUUID()];
  const people = [erased, shredded, present];
  await auth.query(
    "INSERT INTO person_key (person_id, sealed_key) SELECT id, 'sealed' FROM unnest($1::uuid[]) AS id",
    [people],
  );
  const { id, createdAt } = await create();
  await noteErasedPerson(storage, erased);
  // Its domain has erased them, and the ledger does not know yet.
  await auth.query('UPDATE person_key SET sealed_key = NULL, shredded_at = now() WHERE person_id = $1', [
    shredded,
  ]);
  const keys = () =>
    auth.query<{ person: string; key: string | null }>(
      'SELECT person_id AS person, sealed_key AS key FROM person_key WHERE person_id = ANY($1::uuid[])',
      [people],
    );
  const open = async () => (await keys()).filter(({ key }) => key !== null).map(({ person }) => person);

  await restoreBackup({ ...using, id, domains: ['auth'], mode: 'IN_PLACE', force: true });
  expect(await open()).toEqual([present]);
  // What came back of them in the clear, their domain erases again.
  const due = await auth.query<{ person: string }>(
    'SELECT person_id AS person FROM person_key WHERE needs_erasure',
  );
  expect(due.map(({ person }) => person).sort()).toEqual([erased, shredded].sort());
  // The machine is lost, and the database with it.
  await using operator = await openSession(inDatabase(auth.url, 'postgres'));
  await operator.query(`DROP DATABASE ${databaseOf(auth)} WITH (FORCE)`);
  await restoreBackup({ ...using, id, domains: ['auth'], mode: 'IN_PLACE' });
  expect((await open()).sort()).toEqual([shredded, present].sort());

  // The note stays as long as a backup is older.
  const later = (hours: number) => new Date(Date.parse(createdAt) + hours * 60 * 60 * 1000);
  await pruneBackups({ ...using, retention: {}, now: later(48) });
  expect(await storage.remembered()).toHaveLength(1);
  await storage.remove(id);
  await pruneBackups({ ...using, retention: {}, now: later(1) });
  expect(await storage.remembered()).toHaveLength(1);
  await pruneBackups({ ...using, retention: {}, now: later(48) });
  expect(await storage.remembered()).toEqual([]);
});

test('it is restored under everybody who is connected, and to nobody when a part of it is bad', async () => {
  const { id } = await create();
  await using old = await openSession(auth.url, auth.owner);
  await old.query('BEGIN; SELECT * FROM outbox FOR UPDATE');
  await restoreBackup({ ...using, id, domains: ['auth'], mode: 'IN_PLACE', force: true });
  await expect(old.query('SELECT 1')).rejects.toThrow();

  await auth.query(
    "INSERT INTO security_event (id, kind, details) VALUES (gen_random_uuid(), 'LATER', '{}')",
  );
  const before = await databasesBeside(databaseOf(auth));
  await flip(join(folder, id, 'auth/security_event.zst.enc'), 100);
  await expect(restoreBackup({ ...using, id, mode: 'IN_PLACE', force: true })).rejects.toMatchObject({
    reason: 'ALTERED',
  });
  expect(await trail()).toMatchObject([{ count: '3001' }]);
  expect(await databasesBeside(databaseOf(auth))).toEqual(before);
});

test('of several databases all are put into place, or none', async () => {
  const { id } = await create();
  await auth.query("UPDATE outbox SET name = 'since the backup'");
  await cache.query(
    "BEGIN; INSERT INTO consumer_offset VALUES ('in', 'doubt', 1); PREPARE TRANSACTION 'doubt'",
  );
  try {
    const restoring = restoreBackup({ ...using, id, mode: 'IN_PLACE', force: true });
    await expect(restoring).rejects.toMatchObject({
      detail: expect.stringContaining('prepared transaction'),
    });
  } finally {
    await cache.query("ROLLBACK PREPARED 'doubt'");
  }
  expect(await auth.query('SELECT DISTINCT name FROM outbox')).toEqual([{ name: 'since the backup' }]);
});

test('the proof restores into databases that are gone afterwards, and is noted', async () => {
  const { id, databases } = await create();
  const before = await databasesBeside(databaseOf(auth));
  const check = await proveBackup({ ...using, id });
  expect(check).toMatchObject({ problems: [], restoredRows: rowsOf({ databases }) });
  expect(await databasesBeside(databaseOf(auth))).toEqual(before);
  expect(await listBackups(using)).toMatchObject([
    { id, problem: null, verification: { problems: [], verifiedAt: check.verifiedAt.toISOString() } },
  ]);
});

test('what is other bytes in another database, such as arrays of enums, is kept as text, and restored', async () => {
  await using users = await createTestTarget('users');
  const usersAlone = { ...using, targets: [users] };
  await users.query(
    `INSERT INTO "user" (id, display_name) VALUES ('01938a00-0000-7000-8000-000000000001', $1)`,
    [nasty],
  );
  await users.query(
    `INSERT INTO user_preferences (user_id, channels) SELECT id, '{EMAIL,IN_APP}' FROM "user"`,
  );
  const preferences = () => users.query('SELECT user_id, channels::text, generation FROM user_preferences');
  const before = await preferences();
  const { id, databases } = await createBackup({ ...usersAlone, isFull: false });
  const formats = new Map(databases[0]!.tables.map(({ name, copyFormat }) => [name, copyFormat]));
  expect([formats.get('user'), formats.get('user_preferences')]).toEqual(['binary', 'text']);
  expect(await proveBackup({ ...usersAlone, id })).toMatchObject({ problems: [] });
  await users.query('TRUNCATE "user" CASCADE');
  await restoreBackup({ ...usersAlone, id, mode: 'IN_PLACE', force: true });
  expect(await preferences()).toEqual(before);
});

test('a flipped byte, a cut or missing file, another key, another manifest: each is found and named', async () => {
  const { id } = await create();
  const table = join(folder, id, 'auth/security_event.zst.enc');
  const manifest = join(folder, id, 'manifest.json');
  const [rows, text] = [await readFile(table), await readFile(manifest, 'utf8')];
  const problems = async (keys = masterKeys) =>
    (await verifyFiles({ ...using, masterKeys: keys, id })).problems.join();

  await flip(table, rows.length - 5);
  expect(await problems()).toMatch('security_event.zst.enc was altered');
  await writeFile(table, rows);
  await truncate(table, rows.length - 30);
  expect(await problems()).toMatch('security_event.zst.enc ends before its end');
  await rm(table);
  expect(await problems()).toMatch('has no file auth/security_event.zst.enc');
  expect((await proveBackup({ ...using, id })).problems.join()).toMatch(
    'has no file auth/security_event.zst.enc',
  );
  expect(await listBackups(using)).toMatchObject([{ verification: { problems: [expect.any(String)] } }]);
  await writeFile(table, rows);

  expect(await problems(testKeys('another'))).toMatch(
    '“2026-11-30-aaaaaa”, which is not among those at hand',
  );
  expect(await problems(testKeys('2026-11-30-aaaaaa'))).toMatch('was signed by another key');
  await writeFile(manifest, text.replace('"rows": 3000', '"rows": 2999'));
  expect(await problems()).toMatch('was altered');
  await writeFile(manifest, text.replace('"format": 2', '"format": 3'));
  expect(await problems()).toMatch('has format 3, which this version of Kronos cannot read');
  await writeFile(manifest, text.slice(0, 500));
  expect(await problems()).toMatch('cannot be read');
  expect(await listBackups(using)).toMatchObject([{ id, manifest: null, problem: expect.any(String) }]);
  await writeFile(manifest, text);
  expect(await problems(() => [...testKeys('newer')(), ...masterKeys()])).toBe('');
});

test('nothing that is in the tables can be read in the files', async () => {
  const { id } = await create();
  for (const name of await readdir(join(folder, id), { recursive: true }))
    if (name.endsWith('.enc'))
      expect((await readFile(join(folder, id, name))).includes(Buffer.from('quoted'))).toBe(false);
});

test('tables that the migrations do not make are told of by the proof', async () => {
  await auth.query('CREATE TABLE by_hand (n int); INSERT INTO by_hand VALUES (1)');
  try {
    const { id } = await create();
    expect((await proveBackup({ ...using, id })).problems.join()).toMatch('by_hand');
  } finally {
    await auth.query('DROP TABLE by_hand');
  }
});

test('a database that is away, or a signal, ends a backup and leaves nothing', async () => {
  const away = { ...cache, url: inDatabase(cache.url, 'no_such_database') };
  await expect(createBackup({ ...using, targets: [auth, away], isFull: true })).rejects.toThrow(
    'no_such_database',
  );
  const stop = new AbortController();
  const onProgress = () => stop.abort(new Error('enough'));
  await expect(createBackup({ ...using, isFull: true, onProgress, signal: stop.signal })).rejects.toThrow(
    'enough',
  );
  expect(await readdir(folder).catch(() => [])).toEqual([]);
});

test('the self-test goes the whole way and leaves nothing', async () => {
  const before = await databasesBeside(databaseOf(auth));
  expect(await selfTest({ ...using, target: auth })).toMatchObject({
    problems: [],
    restoredRows: expect.any(Number),
  });
  expect(await databasesBeside(databaseOf(auth))).toEqual(before);
  expect(await storage.list()).toEqual([]);
  expect(await storage.within('self-test').list()).toEqual([]);
});

async function flip(file: string, at: number) {
  await using handle = await open(file, 'r+');
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
  await handle.write(Buffer.from([buffer[0]! ^ 1]), 0, 1, at);
}

test('rows that the tables refuse are a problem of the backup, which is noted', async () => {
  await cache.query('ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_position_key');
  await cache.query('DROP INDEX IF EXISTS outbox_position_key');
  try {
    await cache.query(
      `INSERT INTO outbox (id, name, payload, position) SELECT gen_random_uuid(), 'twice', '{}', 1 FROM generate_series(1, 2)`,
    );
    const { id } = await create();
    const { problems } = await proveBackup({ ...using, id });
    expect(problems).toEqual([
      expect.stringMatching(/^PostgreSQL refuses what it has: .*outbox_position_key/),
    ]);
    expect((await listBackups(using))[0]!.verification!.problems).toEqual(problems);
  } finally {
    await cache.query('TRUNCATE outbox');
    await cache.query('CREATE UNIQUE INDEX outbox_position_key ON outbox (position)');
  }
});

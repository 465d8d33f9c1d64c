import { Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import type pg from 'pg';
import { toBatches, workOff } from './databases/batches.ts';
import { copyOut, createMeter } from './databases/copy.ts';
import {
  hasRows,
  readAppliedMigrations,
  readSequences,
  readTables,
  type Table,
} from './databases/describe.ts';
import { openSession } from './databases/session.ts';
import { type BackupTarget, databaseOf } from './databases/target.ts';
import { encryptFrames } from './format/frames.ts';
import { type BackupKeys, type MasterKeys, newBackupKeys } from './format/keys.ts';
import {
  type BackedUpDatabase,
  type BackedUpTable,
  formatVersion,
  type Manifest,
  writeManifest,
} from './format/manifest.ts';
import { newBackupId } from './ids.ts';
import type { OnProgress } from './progress.ts';
import type { BackupDraft, BackupStorage } from './storage/storage.ts';

export interface CreateBackupOptions {
  storage: BackupStorage;
  masterKeys: MasterKeys;
  targets: readonly BackupTarget[];
  /** Whether these are all that there are. */
  isFull: boolean;
  /** A new one, when omitted. */
  id?: string;
  onProgress?: OnProgress;
  /** Ends the backup, which then leaves nothing. */
  signal?: AbortSignal;
}

/** A database of which everything is read as it was at one moment. */
interface Snapshot {
  target: BackupTarget;
  client: pg.Client & AsyncDisposable;
  /** By which other connections read the same moment. */
  exported: string;
  database: BackedUpDatabase;
  tables: Table[];
}

/**
 * Copies databases into a storage while others write to them: of each one moment, and these as close to each other as the
 * databases answer. What it needs of memory does not depend on what they hold.
 *
 * @returns the manifest, which was written last
 * @throws BackupFault, or the error of the database or the storage; nothing is left of the backup then
 */
export async function createBackup(options: CreateBackupOptions): Promise<Manifest> {
  const { storage, masterKeys, targets, isFull, onProgress, signal, id = newBackupId() } = options;
  const createdAt = new Date().toISOString();
  const keys = newBackupKeys(masterKeys, id);
  await using sessions = new AsyncDisposableStack();
  const snapshots = await openSnapshots(targets, sessions);
  const draft = await storage.begin(id);
  try {
    const progress = {
      domain: '',
      table: '',
      done: 0,
      total: snapshots.flatMap(({ tables }) => tables).length,
      bytes: 0,
    };
    for (const snapshot of snapshots) {
      const { target, client, database, tables } = snapshot;
      const { domain } = target;
      const written = new Map<string, BackedUpTable>();
      const connections = { client, open: () => joinSnapshot(snapshot) };
      await workOff(toBatches(tables), connections, async (worker, batch) => {
        for (const table of batch) {
          signal?.throwIfAborted();
          Object.assign(progress, { domain, table: table.name });
          onProgress?.({ ...progress });
          const onBytes = (bytes: number) => {
            signal?.throwIfAborted();
            progress.bytes += bytes;
            onProgress?.({ ...progress });
          };
          written.set(table.name, await writeTable({ client: worker, keys, draft, domain, table }, onBytes));
          progress.done += 1;
        }
      });
      database.tables.push(...tables.map(({ name }) => written.get(name)!));
      await client.query('COMMIT');
    }
    onProgress?.({ ...progress });
    signal?.throwIfAborted();
    const manifest: Manifest = {
      format: formatVersion,
      id,
      createdAt,
      finishedAt: new Date().toISOString(),
      compression: 'zstd',
      encryption: 'aes-256-gcm',
      masterKeyId: keys.masterKeyId,
      salt: keys.salt,
      isFull,
      databases: snapshots.map(({ database }) => database),
    };
    await draft.commit(writeManifest(manifest, keys));
    return manifest;
  } catch (error) {
    await draft.discard().catch(() => undefined);
    throw error;
  }
}

async function openSnapshots(
  targets: readonly BackupTarget[],
  sessions: AsyncDisposableStack,
): Promise<Snapshot[]> {
  const clients = await Promise.all(
    targets.map(async ({ url, owner }) => sessions.use(await openSession(url, owner))),
  );
  // All at once, so that what one domain knows of another's events is about as old as these.
  const moments = await Promise.all(
    clients.map(async (client) => {
      const tables = await readTables(client);
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      // Before the snapshot: a table that is rewritten after it would look empty in it.
      await lockTables(client, tables);
      const { rows } = await client.query<{ now: Date; version: string; exported: string }>(
        `SELECT clock_timestamp() AS now, current_setting('server_version') AS version,
           pg_export_snapshot() AS exported`,
      );
      return rows[0]!;
    }),
  );
  return Promise.all(
    targets.map(async (target, index) => {
      const client = clients[index]!;
      const { now, version, exported } = moments[index]!;
      const tables = await readTables(client);
      const migrations = await readAppliedMigrations(client);
      const database: BackedUpDatabase = {
        domain: target.domain,
        database: databaseOf(target),
        owner: target.owner,
        serverVersion: version,
        snapshotAt: now.toISOString(),
        migration: migrations.at(-1)?.name ?? null,
        migrations,
        // They belong to no snapshot: read after it has begun, they are never behind its rows.
        sequences: await readSequences(client),
        tables: [],
      };
      return { target, client, exported, database, tables };
    }),
  );
}

/**
 * Another connection that reads the same moment.
 *
 * @returns null when somebody waits to change a table: they wait for the first connection, and this one would wait for them
 */
async function joinSnapshot({ target, exported, tables }: Snapshot) {
  const client = await openSession(target.url, target.owner);
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET TRANSACTION SNAPSHOT ${client.escapeLiteral(exported)}`);
    await lockTables(client, tables, 'NOWAIT');
    return client;
  } catch (error) {
    await client.end();
    if ((error as pg.DatabaseError).code === lockNotAvailable) return null;
    throw error;
  }
}

const lockNotAvailable = '55P03';

async function lockTables(client: pg.ClientBase, tables: readonly Table[], patience = ''): Promise<void> {
  const names = tables.map(({ name }) => client.escapeIdentifier(name));
  if (names.length > 0) await client.query(`LOCK TABLE ${names.join(', ')} IN ACCESS SHARE MODE ${patience}`);
}

interface TableToWrite {
  client: pg.Client;
  keys: BackupKeys;
  draft: BackupDraft;
  domain: string;
  table: Table;
}

async function writeTable(
  { client, keys, draft, domain, table }: TableToWrite,
  onBytes: (count: number) => void,
): Promise<BackedUpTable> {
  const { bytes: _onDisk, ...described } = table;
  const { name } = table;
  if (!(await hasRows(client, name)))
    return {
      ...described,
      ...{ rows: 0, bytes: 0, contentSha256: createMeter().result().sha256, file: null },
    };
  const file = `${domain}/${encodeURIComponent(name)}.zst.enc`;
  const rows = copyOut(client, table);
  const stored = createMeter(onBytes);
  const compressed = compress(rows.content);
  await draft.write(file, stored.through(encryptFrames(compressed, keys.ofFile(file), file)));
  const { bytes, sha256, rows: count } = await rows.result();
  return {
    ...described,
    rows: count,
    ...{ bytes, contentSha256: sha256 },
    file: { name: file, ...stored.result() },
  };
}

function compress(content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  // The fastest level but one: it is what the disk and PostgreSQL can follow on one core.
  const level = { [constants.ZSTD_c_compressionLevel]: 2 };
  const source = Readable.from(content, { objectMode: true, highWaterMark: 4 });
  const compressor = createZstdCompress({ params: level, chunkSize: 256 * 1024 });
  source.once('error', (error) => compressor.destroy(error));
  compressor.once('close', () => source.destroy());
  return source.pipe(compressor);
}

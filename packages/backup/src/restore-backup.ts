import { continueHistory } from '@kronos/events/continue-history';
import { migrate } from '@kronos/migrations';
import { hasRows, readLastEventPosition, readTables } from './databases/describe.ts';
import { loadDatabase } from './databases/load.ts';
import { makeDatabase, type NewDatabase } from './databases/scratch.ts';
import { openSession } from './databases/session.ts';
import { dropReplaced, swapDatabase } from './databases/swap.ts';
import { type BackupTarget, databaseOf, inDatabase } from './databases/target.ts';
import { shredErasedPersons } from './erased-persons.ts';
import { BackupFault } from './faults.ts';
import type { BackupKeys, MasterKeys } from './format/keys.ts';
import type { BackedUpDatabase, BackedUpTable, Manifest } from './format/manifest.ts';
import { openBackup } from './open-backup.ts';
import type { OnProgress } from './progress.ts';
import { readTable } from './read-table.ts';
import type { BackupStorage } from './storage/storage.ts';

export interface RestoreBackupOptions {
  storage: BackupStorage;
  masterKeys: MasterKeys;
  id: string;
  /** The domains' databases, by the operator, who makes databases. */
  targets: readonly BackupTarget[];
  /** Only these domains; all of the backup, when omitted. */
  domains?: readonly string[];
  /**
   * `IN_PLACE`: the databases are those of the backup afterwards. `BESIDE`: new ones, `<name>_restored_<moment>`, and nothing
   * else changes. `SCRATCH`: new ones that are read back, compared row for row, and dropped again, for a proof.
   */
  mode: 'IN_PLACE' | 'BESIDE' | 'SCRATCH';
  /** Whether databases that have rows may be replaced. */
  force?: boolean;
  onProgress?: OnProgress;
}

/** What became of a domain. */
export interface RestoredDatabase {
  domain: string;
  /** The name of the database that has its rows now. */
  database: string;
  rows: number;
  /** What differs from the backup, which can be only where databases are dropped again; else it is a fault. */
  problems: string[];
  /** The name of the database that was in its place, which is kept until the next restore; null for none. */
  replaced: string | null;
}

/**
 * Restores databases: each is made beside what is there, by the migrations of its time, and filled; and only when all of them
 * are right, put into place. Whatever fails before leaves everything as it was. What goes in is what the backup's SHA-256 are
 * of, as many rows come in, and indexes and constraints check all of them; that what came in reads as it did, a proof shows.
 *
 * @throws BackupFault: REFUSED when rows would be replaced without `force`, MISMATCH when other rows or tables came, and what
 *   is wrong with the backup; or the database's error
 */
export async function restoreBackup(options: RestoreBackupOptions): Promise<RestoredDatabase[]> {
  const { id, mode } = options;
  const { manifest, keys } = await openBackup(options, id);
  const chosen = choose(manifest, options);
  if (mode === 'IN_PLACE' && !options.force) await refuseData(chosen.map(({ target }) => target));
  await using making = new AsyncDisposableStack();
  const total = chosen.flatMap(({ database }) => database.tables).length;
  const progress = { done: 0, total, bytes: 0 };
  const restored: { made: NewDatabase; target: BackupTarget; result: RestoredDatabase }[] = [];
  for (const { database, target } of chosen) {
    const wanted =
      mode === 'SCRATCH' ? `kronos_scratch_${database.domain}` : `${databaseOf(target)}_restored`;
    const made = making.use(await makeDatabase(target.url, wanted, target.owner));
    const found = await fill({ ...options, keys, made, database, owner: target.owner, progress });
    const result = { domain: database.domain, database: made.name, replaced: null, ...found };
    if (mode !== 'SCRATCH' && found.problems.length > 0)
      throw new BackupFault('MISMATCH', found.problems.join('\n'));
    if (mode !== 'SCRATCH') {
      await continueEvents(made.url, target.owner);
      const current = (await exists(target)) ? target : null;
      await shredErasedPersons(options.storage, { url: made.url, owner: target.owner }, current);
    }
    restored.push({ made, target, result });
  }
  if (mode === 'SCRATCH') return restored.map(({ result }) => result);
  for (const { made } of restored) await made.keep();
  if (mode === 'BESIDE') return restored.map(({ result }) => result);
  await swapAll(restored);
  for (const { target, result } of restored) {
    // Without force there was nothing in it; what has been written meanwhile stays.
    const isSpare = !options.force && result.replaced !== null;
    if (isSpare && !(await hasData({ ...target, url: inDatabase(target.url, result.replaced!) })))
      result.replaced = null;
    await dropReplaced(target.url, databaseOf(target), result.replaced);
  }
  return restored.map(({ result }) => result);
}

/** Puts all of them into place, or none: what was in the place of the first goes back when a later one cannot be put. */
async function swapAll(
  restored: readonly { target: BackupTarget; result: RestoredDatabase }[],
): Promise<void> {
  const swapped: (() => Promise<unknown>)[] = [];
  try {
    for (const { target, result } of restored) {
      const name = databaseOf(target);
      const replaced = await swapDatabase(target.url, name, result.database);
      if (replaced) swapped.push(() => swapDatabase(target.url, name, replaced));
      result.replaced = replaced;
      result.database = name;
    }
  } catch (error) {
    for (const swapBack of swapped.reverse()) await swapBack();
    throw error;
  }
}

function choose(manifest: Manifest, { domains, targets, id }: RestoreBackupOptions) {
  const wanted = domains ?? manifest.databases.map(({ domain }) => domain);
  return wanted.map((domain) => {
    const database = manifest.databases.find((candidate) => candidate.domain === domain);
    if (!database)
      throw new BackupFault('MISSING', `The backup ${id} does not have the domain ${domain}.`, { domain });
    const target = targets.find((candidate) => candidate.domain === domain);
    if (!target)
      throw new BackupFault('REFUSED', `There is no domain ${domain} to restore into.`, { domain });
    return { database, target };
  });
}

/** Of these domains those whose database has any row that is not of its making. */
export async function domainsWithData(targets: readonly BackupTarget[]): Promise<string[]> {
  const full: string[] = [];
  for (const target of targets) if (await hasData(target)) full.push(target.domain);
  return full;
}

async function refuseData(targets: readonly BackupTarget[]): Promise<void> {
  const full = await domainsWithData(targets);
  if (full.length === 0) return;
  throw new BackupFault(
    'REFUSED',
    `There is data in ${full.join(', ')}, which the restore would replace: ask for it with force.`,
    { domains: full },
  );
}

async function hasData(target: BackupTarget): Promise<boolean> {
  if (!(await exists(target))) return false;
  await using client = await openSession(target.url, target.owner);
  for (const { name } of await readTables(client))
    if (name !== '_prisma_migrations' && (await hasRows(client, name))) return true;
  return false;
}

async function exists(target: BackupTarget): Promise<boolean> {
  await using operator = await openSession(inDatabase(target.url, 'postgres'));
  const { rowCount } = await operator.query('SELECT FROM pg_database WHERE datname = $1', [
    databaseOf(target),
  ]);
  return rowCount !== 0;
}

interface Filling extends RestoreBackupOptions {
  keys: BackupKeys;
  made: NewDatabase;
  database: BackedUpDatabase;
  owner: string;
  progress: { done: number; total: number; bytes: number };
}

async function fill(filling: Filling): Promise<{ rows: number; problems: string[] }> {
  const { storage, id, keys, made, database, owner, mode, progress, onProgress } = filling;
  const { domain, migration } = database;
  if (migration) await migrate({ domain, databaseUrl: made.url, role: owner }, { upTo: migration });
  async function* content(table: BackedUpTable) {
    const at = { domain, table: table.name };
    onProgress?.({ ...at, ...progress });
    for await (const part of readTable({ storage, id, keys, table })) {
      progress.bytes += part.length;
      onProgress?.({ ...at, ...progress });
      yield part;
    }
  }
  const open = () => openSession(made.url, owner);
  const loaded = await loadDatabase(database, { open, content, isReadBack: mode === 'SCRATCH' });
  progress.done += database.tables.length;
  onProgress?.({ domain, table: '', ...progress });
  return loaded;
}

/** Events that come from now on must not be taken for those that followed the backup once, which others may have read. */
async function continueEvents(url: string, owner: string): Promise<void> {
  await using client = await openSession(url, owner);
  const last = await readLastEventPosition(client);
  if (last === null) return;
  await continueHistory(async (sql, values) => (await client.query(sql, values)).rows, last);
}

import { directUrl } from '@kronos/service/direct-url';
import { StartError } from '@kronos/service/run-service';
import pg from 'pg';
import { asRole } from './as-role.ts';
import { type MigrationFile, readMigrationLock, readMigrations } from './files.ts';
import { type AppliedMigration, compareHistory, type MigrationHistory } from './history.ts';

/** A domain and where its database is. */
export interface MigrationTarget {
  domain: string;
  databaseUrl: string;
  /** The role that owns the database, where somebody who is its member migrates; whoever connects, when omitted. */
  role?: string;
}

/** How a domain's database stands to the migration files. */
export interface MigrationState extends MigrationTarget, MigrationHistory {
  files: MigrationFile[];
}

/** The advisory lock of who changes a database's migrations: any number of our own; Prisma's engine takes 72707369 while it applies. */
export const lockKey = 5_281_711;

/**
 * Compares a database with the files by plain SQL: an up-to-date one costs milliseconds and no schema engine.
 *
 * @throws the driver's error when the database cannot be reached
 */
export async function readMigrationState(target: MigrationTarget): Promise<MigrationState> {
  const files = await readMigrations(target.domain);
  const applied = await withClient(target, readApplied);
  return { ...target, files, ...compareHistory(target.domain, files, applied) };
}

/**
 * Applies what a domain's database lacks. Of two processes that migrate the same database one waits for the other.
 *
 * @param options.upTo the last migration to apply; all, when omitted
 * @returns the names of the migrations that were applied
 * @throws StartError when the history does not fit the files, or a migration fails
 */
export async function migrate(target: MigrationTarget, options: { upTo?: string } = {}): Promise<string[]> {
  return withClient(target, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const { upTo } = options;
    const files = (await readMigrations(target.domain)).filter(({ name }) => !upTo || name <= upTo);
    const history = compareHistory(target.domain, files, await readApplied(client));
    if (history.faults.length > 0) throw new StartError(history.faults.join('\n'));
    if (history.pending.length === 0) return [];

    // Loaded only here: the engine is a WebAssembly module of several megabytes.
    const { applyMigrations } = await import('./schema-engine.ts');
    const lock = await readMigrationLock(target.domain);
    try {
      return await applyMigrations({ ...target, migrations: files, lock });
    } catch (error) {
      throw new StartError(`The migrations of ${target.domain} failed: ${(error as Error).message.trim()}`);
    }
  });
}

/** Does work on a connection of its own. */
export async function withClient<Result>(
  { databaseUrl, role }: MigrationTarget,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({
    connectionString: directUrl(databaseUrl),
    options: asRole(role),
    connectionTimeoutMillis: 10_000,
  });
  // A connection that is cut off while it waits says so without being asked; the next query fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function readApplied(client: pg.Client): Promise<AppliedMigration[]> {
  const { rows: tables } = await client.query("SELECT to_regclass('_prisma_migrations') AS name");
  if (tables[0]?.name === null) return [];
  const { rows } = await client.query<AppliedMigration>(
    'SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations ORDER BY started_at',
  );
  return rows;
}

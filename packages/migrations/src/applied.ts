import { lockKey, type MigrationTarget, withClient } from './migrate.ts';

/** A migration that a database has. */
export interface FinishedMigration {
  name: string;
  appliedAt: Date;
  durationMs: number;
}

/** What a database has, and roughly how many rows its tables have. */
export async function readFinished(
  target: MigrationTarget,
): Promise<{ finished: FinishedMigration[]; rows: Map<string, number> }> {
  return withClient(target, async (client) => {
    const { rows: tables } = await client.query<{ name: string; rows: number }>(`
      SELECT c.relname AS name, coalesce(nullif(c.reltuples, -1), s.n_live_tup, 0)::float8 AS rows
      FROM pg_class c LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'`);
    const rows = new Map(tables.map((table) => [table.name, table.rows]));
    if (!rows.has('_prisma_migrations')) return { finished: [], rows };
    const { rows: finished } = await client.query<FinishedMigration>(`
      SELECT migration_name AS name, finished_at AS "appliedAt",
        round(extract(epoch FROM finished_at - started_at) * 1000)::int AS "durationMs"
      FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`);
    return { finished, rows };
  });
}

/**
 * Lets migrations be tried again that have begun and never finished. Each is one transaction, so nothing is left of it. Waits for
 * whoever migrates the database.
 *
 * @returns their names
 */
export async function giveUpFailed(target: MigrationTarget): Promise<string[]> {
  return withClient(target, async (client) => {
    const { rows: tables } = await client.query("SELECT to_regclass('_prisma_migrations') AS name");
    if (tables[0]?.name === null) return [];
    // One that somebody is applying at this moment has not failed.
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const { rows } = await client.query<{ name: string }>(`
      UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL
      RETURNING migration_name AS name`);
    return rows.map(({ name }) => name);
  });
}

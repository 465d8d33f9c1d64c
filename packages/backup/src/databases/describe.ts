import type pg from 'pg';

/** A table as its database has it. */
export interface Table {
  name: string;
  /** In their order; generated ones are none of them, for they cannot be written. */
  columns: string[];
  /** What it takes on the disk. */
  bytes: number;
}

/** The tables of a database's schema `public`, by name. */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { bytes: string }>(`
    SELECT c.relname AS name, pg_table_size(c.oid) AS bytes,
      array(SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relpersistence <> 't'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY c.relname COLLATE "C"`);
  return rows.map(({ bytes, ...table }) => ({ ...table, bytes: Number(bytes) }));
}

/** Where each sequence stands; null for one that has given nothing yet. */
export async function readSequences(
  client: pg.ClientBase,
): Promise<{ name: string; lastValue: string | null }[]> {
  const { rows } = await client.query<{ name: string; lastValue: string | null }>(`
    SELECT sequencename AS name, last_value::text AS "lastValue" FROM pg_sequences
    WHERE schemaname = 'public' ORDER BY sequencename COLLATE "C"`);
  return rows;
}

/** The migrations that were applied, in their order. */
export async function readAppliedMigrations(
  client: pg.ClientBase,
): Promise<{ name: string; checksum: string }[]> {
  if (!(await hasColumn(client, '_prisma_migrations', 'finished_at'))) return [];
  const { rows } = await client.query<{ name: string; checksum: string }>(`
    SELECT migration_name AS name, checksum FROM public._prisma_migrations
    WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`);
  return rows;
}

/** Up to where others may have read the events of this database; null when it has none. */
export async function readLastEventPosition(client: pg.ClientBase): Promise<number | null> {
  if (!(await hasColumn(client, 'outbox', 'position'))) return null;
  const { rows } = await client.query<{ position: string }>(
    'SELECT coalesce(max(position), 0) AS position FROM public.outbox',
  );
  return Number(rows[0]!.position);
}

/** Whether a table has any row at all. */
export async function hasRows(client: pg.ClientBase, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT EXISTS (SELECT FROM ${publicName(client, table)}) AS found`,
  );
  return rows[0]!.found;
}

/** Whether there is such a column. */
export async function hasColumn(client: pg.ClientBase, table: string, column: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1 AND column_name = $2`,
    [table, column],
  );
  return rowCount !== 0;
}

/** A table's name as SQL wants it. */
export function publicName(client: pg.ClientBase, table: string): string {
  return `public.${client.escapeIdentifier(table)}`;
}

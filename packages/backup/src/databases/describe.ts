import type pg from 'pg';

/** A table as its database has it. */
export interface Table {
  name: string;
  /** In their order; generated ones are none of them, for they cannot be written. */
  columns: string[];
  /** Of each column, as SQL names it. */
  columnTypes: string[];
  /** How COPY is to write its rows. */
  copyFormat: CopyFormat;
  /** What it takes on the disk. */
  bytes: number;
}

/**
 * The formats of COPY in which rows are kept. A copy in `binary` costs PostgreSQL about half of one in `text`.
 *
 * @see https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS
 */
export const copyFormats = ['text', 'binary'] as const;
export type CopyFormat = (typeof copyFormats)[number];

/**
 * Whether a column is the same bytes in every database: one of a type that is built in, or an enum, which is its label.
 * Arrays of other types tell the number that their type has in this one database; the `reg…` types are such numbers.
 */
const isPortable = `(t.typtype = 'e' OR t.oid < 16384 AND t.typsend <> 0 AND t.typname NOT LIKE 'reg%')`;

/** The tables of a database's schema `public`, by name. */
export async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table & { bytes: string }>(`
    SELECT c.relname AS name, pg_table_size(c.oid) AS bytes, coalesce(written.columns, '{}') AS columns,
      coalesce(written.types, '{}') AS "columnTypes",
      CASE WHEN written."isPortable" THEN 'binary' ELSE 'text' END AS "copyFormat"
    FROM pg_class c CROSS JOIN LATERAL (
      SELECT array_agg(a.attname::text ORDER BY a.attnum) AS columns,
        array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS types, bool_and(${isPortable}) AS "isPortable"
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') written
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

import type pg from 'pg';
import { BackupFault } from '../faults.ts';
import type { BackedUpDatabase, BackedUpTable } from '../format/manifest.ts';
import { copyIn, copyOut } from './copy.ts';
import { publicName, readSequences, readTables } from './describe.ts';

interface Trigger {
  table: string;
  name: string;
  mode: 'O' | 'A' | 'R' | 'D';
}

interface Rebuilt {
  drop: string;
  make: string;
}

/**
 * Fills the tables that the migrations have made, in one transaction: all rows, or none. No trigger of ours fires, for what
 * it did when the rows were new is in the backup; indexes and constraints are made when the rows are there, which is faster,
 * and checks all of them.
 *
 * @param client owner of the tables
 * @param content the rows of a table
 * @throws BackupFault MISMATCH when the migrations have made other tables
 */
export async function loadDatabase(
  client: pg.Client,
  database: BackedUpDatabase,
  content: (table: BackedUpTable) => AsyncIterable<Uint8Array>,
): Promise<void> {
  await assertSameTables(client, database);
  await client.query('BEGIN');
  try {
    const triggers = await readTriggers(client);
    for (const trigger of triggers) await client.query(switchTrigger(client, trigger, 'DISABLE'));
    const { foreignKeys, others } = await readIndexes(client);
    const names = database.tables.map(({ name }) => publicName(client, name));
    if (names.length > 0) await client.query(`TRUNCATE ${names.join(', ')} RESTART IDENTITY`);
    for (const { drop } of [...foreignKeys, ...others]) await client.query(drop);
    for (const table of database.tables) {
      if (!table.file) continue;
      const rows = await copyIn(client, table, content(table));
      if (rows !== table.rows)
        throw new BackupFault(
          'MISMATCH',
          `${database.domain}: of ${table.name} came ${rows} rows of ${table.rows}.`,
        );
    }
    for (const { make } of [...others, ...foreignKeys]) await client.query(make);
    for (const trigger of triggers) await client.query(switchTrigger(client, trigger, 'ENABLE'));
    for (const { name, lastValue } of database.sequences)
      if (lastValue !== null)
        await client.query('SELECT setval($1::regclass, $2)', [publicName(client, name), lastValue]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  await client.query('ANALYZE');
}

/**
 * Reads everything back and compares it: the same rows come in the same order, so their text and its SHA-256 are the same.
 *
 * @returns what differs, a sentence each, and how many rows there are
 */
export async function compareDatabase(
  client: pg.Client,
  database: BackedUpDatabase,
): Promise<{ problems: string[]; rows: number }> {
  const problems: string[] = [];
  let rows = 0;
  for (const table of database.tables) {
    const copied = copyOut(client, table);
    for await (const _ of copied.content);
    const found = copied.result();
    rows += found.rows;
    const where = `${database.domain}.${table.name}`;
    if (found.rows !== table.rows) problems.push(`${where} has ${found.rows} rows instead of ${table.rows}.`);
    else if (found.sha256 !== table.contentSha256) problems.push(`${where} has other rows than the backup.`);
  }
  const sequences = new Map((await readSequences(client)).map(({ name, lastValue }) => [name, lastValue]));
  for (const { name, lastValue } of database.sequences)
    if (sequences.get(name) !== lastValue)
      problems.push(`${database.domain}: the sequence ${name} stands elsewhere.`);
  return { problems, rows };
}

async function assertSameTables(client: pg.ClientBase, { domain, tables }: BackedUpDatabase): Promise<void> {
  const made = new Map((await readTables(client)).map(({ name, columns }) => [name, columns.toSorted()]));
  const differing = tables.filter(
    ({ name, columns }) => made.get(name)?.join('\n') !== columns.toSorted().join('\n'),
  );
  if (differing.length === 0) return;
  const names = differing.map(({ name }) => name).join(', ');
  throw new BackupFault(
    'MISMATCH',
    `The migrations of ${domain} do not make these tables as they were in the backup: ${names}.`,
  );
}

async function readTriggers(client: pg.ClientBase): Promise<Trigger[]> {
  const { rows } = await client.query<Trigger>(`
    SELECT c.relname AS table, t.tgname AS name, t.tgenabled AS mode FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal`);
  return rows;
}

const switches: Record<Trigger['mode'], string> = {
  O: 'ENABLE',
  A: 'ENABLE ALWAYS',
  R: 'ENABLE REPLICA',
  D: 'DISABLE',
};

function switchTrigger(
  client: pg.ClientBase,
  { table, name, mode }: Trigger,
  to: 'DISABLE' | 'ENABLE',
): string {
  const verb = to === 'DISABLE' ? 'DISABLE' : switches[mode];
  return `ALTER TABLE ${publicName(client, table)} ${verb} TRIGGER ${client.escapeIdentifier(name)}`;
}

/** The indexes and the constraints that stand on them, with the SQL that drops and makes them; PostgreSQL writes it. */
async function readIndexes(client: pg.ClientBase): Promise<{ foreignKeys: Rebuilt[]; others: Rebuilt[] }> {
  const { rows: constraints } = await client.query<Rebuilt & { type: string }>(`
    SELECT contype AS type,
      format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('f', 'p', 'u', 'x') AND conparentid = 0`);
  const { rows: indexes } = await client.query<Rebuilt>(`
    SELECT format('DROP INDEX %s', i.indexrelid::regclass) AS drop, pg_get_indexdef(i.indexrelid) AS make
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`);
  return {
    foreignKeys: constraints.filter(({ type }) => type === 'f'),
    others: [...constraints.filter(({ type }) => type !== 'f'), ...indexes],
  };
}

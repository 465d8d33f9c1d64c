import type pg from 'pg';
import { BackupFault } from '../faults.ts';
import type { BackedUpDatabase, BackedUpTable } from '../format/manifest.ts';
import { toBatches, workOff } from './batches.ts';
import { copyIn, copyOut } from './copy.ts';
import { publicName, readSequences, readTables, type Table } from './describe.ts';

interface Trigger {
  table: string;
  name: string;
  mode: 'O' | 'A' | 'R' | 'D';
}

/** An index or a constraint of a table. */
interface Rebuilt {
  table: string;
  drop: string;
  make: string;
}

/** A foreign key, which is made first and checks the rows that are there afterwards. */
interface ForeignKey extends Rebuilt {
  check: string;
}

/** What was found out about a table that was filled. */
export interface Loaded {
  rows: number;
  /** What differs from the backup, a sentence each. */
  problems: string[];
}

/**
 * Fills the tables that the migrations have made in a database that nobody uses yet, and that is worth nothing when this
 * fails: large tables at the same time. No trigger of ours fires, for what it did when the rows were new is in the backup;
 * indexes and constraints are made when the rows are there, which is faster, and checks all of them.
 *
 * @param options.open makes a connection of the tables' owner
 * @param options.content the rows of a table
 * @param options.isReadBack whether to read everything once more and compare it: the same rows come in the same order, so
 *   their bytes and the SHA-256 of them are the same
 * @throws BackupFault MISMATCH when the migrations have made other tables, or other rows came than the backup has
 */
export async function loadDatabase(
  database: BackedUpDatabase,
  {
    open,
    content,
    isReadBack,
  }: {
    open: () => Promise<pg.Client & AsyncDisposable>;
    content: (table: BackedUpTable) => AsyncIterable<Uint8Array>;
    isReadBack: boolean;
  },
): Promise<Loaded> {
  await using client = await open();
  await assertSameTables(client, database);
  const triggers = await readTriggers(client);
  const { foreignKeys, others } = await readIndexes(client);
  await atOnce(client, [
    ...triggers.map((trigger) => switchTrigger(client, trigger, 'DISABLE')),
    ...foreignKeys.map(({ drop }) => drop),
  ]);
  const rows = database.tables.reduce((sum, table) => sum + table.rows, 0);
  const loaded: Loaded = { rows, problems: [] };
  const connections = { client, open };
  const batches = toBatches(database.tables);
  await workOff(batches, connections, async (worker, tables) => {
    const indexes = ofTables(others, tables);
    await fillTables(worker, database.domain, { tables, indexes, content });
    if (isReadBack)
      for (const table of tables) await compareTable(worker, database.domain, table, loaded.problems);
  });
  await atOnce(client, [
    ...foreignKeys.map(({ make }) => make),
    ...triggers.map((trigger) => switchTrigger(client, trigger, 'ENABLE')),
  ]);
  const checks = batches.map((tables) => ofTables(foreignKeys, tables).map(({ check }) => check));
  await workOff(
    checks.filter((statements) => statements.length > 0),
    connections,
    async (worker, statements) => void (await worker.query(statements.join('; '))),
  );
  await setSequences(client, database, loaded);
  return loaded;
}

function ofTables<One extends Rebuilt>(rebuilt: readonly One[], tables: readonly BackedUpTable[]): One[] {
  const names = new Set(tables.map(({ name }) => name));
  return rebuilt.filter(({ table }) => names.has(table));
}

/** Rows, indexes and statistics of some tables, in one transaction: rows that come with their table are frozen. */
async function fillTables(
  client: pg.Client,
  domain: string,
  {
    tables,
    indexes,
    content,
  }: {
    tables: readonly BackedUpTable[];
    indexes: readonly Rebuilt[];
    content: (table: BackedUpTable) => AsyncIterable<Uint8Array>;
  },
): Promise<void> {
  const names = tables.map(({ name }) => publicName(client, name)).join(', ');
  await client.query(
    ['BEGIN', `TRUNCATE ${names} RESTART IDENTITY`, ...indexes.map(({ drop }) => drop)].join('; '),
  );
  for (const table of tables) {
    if (!table.file) continue;
    const rows = await copyIn(client, table, content(table));
    if (rows !== table.rows)
      throw new BackupFault('MISMATCH', `${domain}: of ${table.name} came ${rows} rows of ${table.rows}.`);
  }
  await client.query([...indexes.map(({ make }) => make), 'COMMIT', `ANALYZE ${names}`].join('; '));
}

async function compareTable(
  client: pg.Client,
  domain: string,
  table: BackedUpTable,
  problems: string[],
): Promise<void> {
  const copied = copyOut(client, table);
  for await (const _ of copied.content);
  const found = await copied.result();
  const where = `${domain}.${table.name}`;
  if (found.rows !== table.rows) problems.push(`${where} has ${found.rows} rows instead of ${table.rows}.`);
  else if (table.file && found.sha256 !== table.contentSha256)
    problems.push(`${where} has other rows than the backup.`);
}

async function setSequences(
  client: pg.ClientBase,
  { domain, sequences }: BackedUpDatabase,
  loaded: Loaded,
): Promise<void> {
  for (const { name, lastValue } of sequences)
    if (lastValue !== null)
      await client.query('SELECT setval($1::regclass, $2)', [publicName(client, name), lastValue]);
  const found = new Map((await readSequences(client)).map(({ name, lastValue }) => [name, lastValue]));
  for (const { name, lastValue } of sequences)
    if (found.get(name) !== lastValue)
      loaded.problems.push(`${domain}: the sequence ${name} stands elsewhere.`);
}

/** Statements in one transaction and one message. */
async function atOnce(client: pg.ClientBase, statements: readonly string[]): Promise<void> {
  if (statements.length > 0) await client.query(['BEGIN', ...statements, 'COMMIT'].join('; '));
}

async function assertSameTables(client: pg.ClientBase, { domain, tables }: BackedUpDatabase): Promise<void> {
  const made = new Map((await readTables(client)).map((table) => [table.name, table]));
  const differing = tables.filter((table) => {
    const found = made.get(table.name);
    const hasTypes = table.columnTypes !== undefined;
    return !found || columnsOf(found, hasTypes) !== columnsOf(table, hasTypes);
  });
  if (differing.length === 0) return;
  const names = differing.map(({ name }) => name).join(', ');
  throw new BackupFault(
    'MISMATCH',
    `The migrations of ${domain} do not make these tables as they were in the backup: ${names}.`,
  );
}

function columnsOf({ columns, columnTypes = [] }: BackedUpTable | Table, hasTypes: boolean): string {
  const described = columns.map((name, index) => `${name} ${hasTypes ? columnTypes[index] : ''}`);
  return described.sort().join('\n');
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
async function readIndexes(client: pg.ClientBase): Promise<{ foreignKeys: ForeignKey[]; others: Rebuilt[] }> {
  const { rows: constraints } = await client.query<ForeignKey & { type: string }>(`
    SELECT contype AS type, (SELECT relname FROM pg_class WHERE oid = conrelid) AS table,
      format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
      format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
        || CASE WHEN contype = 'f' AND convalidated THEN ' NOT VALID' ELSE '' END AS make,
      format('ALTER TABLE %s VALIDATE CONSTRAINT %I', conrelid::regclass, conname) AS check
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype IN ('f', 'p', 'u', 'x') AND conparentid = 0`);
  const { rows: indexes } = await client.query<Rebuilt>(`
    SELECT c.relname AS table, format('DROP INDEX %s', i.indexrelid::regclass) AS drop, pg_get_indexdef(i.indexrelid) AS make
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))`);
  return {
    foreignKeys: constraints.filter(({ type }) => type === 'f'),
    others: [...constraints.filter(({ type }) => type !== 'f'), ...indexes],
  };
}

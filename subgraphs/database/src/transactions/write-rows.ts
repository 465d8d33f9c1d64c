import pg from 'pg';
import { asTexts, fromDatabase, sqlTypes, type TextRow } from '../data/column-types.ts';
import { columnSql, type Parameters, parameterAt, toConditions } from '../data/filters.ts';
import { belongsToSight, ownedBy, reads } from '../data/sight.ts';
import { type Column, type Table, tables } from '../data/tables.ts';
import type { Reference, RowWrite } from './plan.ts';

/** Why an operation cannot be done, for the caller. */
export class OperationFailure extends Error {
  override readonly name = 'OperationFailure';
}

/** A row that was written, as callers see it. */
export type WrittenRow = Readonly<Record<string, unknown>>;

/** One operation cannot mean more. */
const mostRows = 100;
const quote = pg.escapeIdentifier;

/**
 * Writes what an operation says, and nothing that is not the caller's.
 *
 * @param written the rows of the operations before it, which it may refer to
 * @throws OperationFailure
 */
export async function writeRows(
  client: pg.ClientBase,
  write: RowWrite,
  written: readonly (readonly WrittenRow[])[],
): Promise<WrittenRow[]> {
  const values: Parameters = [];
  const text = statementOf(write, values, written);
  try {
    const { rows } = await client.query<TextRow>({ text, values, types: asTexts });
    checkCount(write, rows.length);
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(write.table.columns).map(([name, column]) => [name, fromDatabase(column, row[name]!)]),
      ),
    );
  } catch (error) {
    throw failureOf(error);
  }
}

function checkCount({ kind, name, expectedRows }: RowWrite, count: number): void {
  if (count > mostRows) throw new OperationFailure(`More than ${mostRows} rows are meant.`);
  if (expectedRows !== undefined && count !== expectedRows)
    throw new OperationFailure(`${expectedRows} rows were expected, and ${count} are meant.`);
  if (expectedRows === undefined && count === 0)
    throw new OperationFailure(
      kind === 'INSERT'
        ? `What a row of “${name}” belongs to is not there.`
        : `No row of “${name}” is meant.`,
    );
}

function statementOf(
  write: RowWrite,
  values: Parameters,
  written: readonly (readonly WrittenRow[])[],
): string {
  const { kind, table } = write;
  const relation = quote(table.relation);
  const returning = `RETURNING ${Object.entries(table.columns)
    .map(([name, column]) => `${columnSql(name, column)} AS ${quote(name)}`)
    .join(', ')}`;
  const given = Object.entries(write.data).map(([name, value]) => ({
    name,
    place: placeOf(table.columns[name]!, resolve(value, table.columns[name]!, written), values),
  }));
  const places = new Map(given.map(({ name, place }) => [name, place]));

  if (kind === 'INSERT') {
    const names = given.map(({ name }) => quote(name)).join(', ');
    const conditions = belongsTo(write, places, values);
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    return `INSERT INTO ${relation} AS t (${names}) SELECT ${given.map(({ place }) => place).join(', ')}${where} ${returning}`;
  }
  const key = quote(table.key);
  const conditions = [
    ...ownedBy(table, write.sight, values, [...reads, actionOf(write)]),
    ...toConditions(table, write.where, values, ['where']),
    ...(kind === 'UPDATE' ? withinProject(table, places, (name) => `t.${quote(name)}`) : []),
  ];
  const meant = `SELECT t.${key} FROM ${relation} AS t WHERE ${conditions.join(' AND ')}
    ORDER BY t.${key} LIMIT ${mostRows + 1} FOR UPDATE`;
  if (kind === 'DELETE') return `DELETE FROM ${relation} AS t WHERE t.${key} IN (${meant}) ${returning}`;
  const changes = [
    ...given.map(({ name, place }) => `${quote(name)} = ${place}`),
    ...(table.touched ? [`${quote(table.touched)} = now()`] : []),
  ];
  return `UPDATE ${relation} AS t SET ${changes.join(', ')} WHERE t.${key} IN (${meant}) ${returning}`;
}

/** That a new row belongs to something of the caller's, and refers to nothing that belongs to something else. */
function belongsTo(write: RowWrite, places: ReadonlyMap<string, string>, values: Parameters): string[] {
  const { table, sight } = write;
  const within = withinProject(table, places, (name) => places.get(name)!);
  if (sight === 'all' || !('through' in table.owner)) return within;
  const parent = tables[table.owner.through]!;
  const actions = [...reads, actionOf(write)];
  return [belongsToSight(parent, places.get(table.owner.column)!, sight, values, actions), ...within];
}

/** What is done with the thing that the row is, or belongs to. */
function actionOf({ kind, table }: RowWrite): string {
  if (kind === 'INSERT') return table.insertIs ?? 'update';
  return kind === 'DELETE' && table.entries ? 'delete' : 'update';
}

function withinProject(
  table: Table,
  places: ReadonlyMap<string, string>,
  owner: (column: string) => string,
): string[] {
  return [...places].flatMap(([name, place]) => {
    const { within } = table.columns[name]!;
    if (!within) return [];
    const { relation, key, owner: ownership } = tables[within]!;
    return [
      `(${place} IS NULL OR EXISTS (SELECT FROM ${quote(relation)} AS other WHERE other.${quote(key)} = ${place}
        AND other.${quote(ownership.column)} = ${owner(table.owner.column)}))`,
    ];
  });
}

function placeOf(column: Column, value: unknown, values: Parameters): string {
  values.push(value === null ? null : parameterAt(column, value, ['data']));
  return `$${values.length}::${sqlTypes[column.type]}`;
}

function resolve(value: unknown, column: Column, written: readonly (readonly WrittenRow[])[]): unknown {
  if (column.type === 'json' || typeof value !== 'object' || value === null) return value;
  const { operation, column: name } = value as Reference;
  const [row, ...more] = written[operation - 1] ?? [];
  if (!row || more.length > 0)
    throw new OperationFailure(`Operation ${operation} has not written exactly one row.`);
  return row[name];
}

// https://www.postgresql.org/docs/18/errcodes-appendix.html: what a row may not be, and who else has it now.
const sentences: Readonly<Record<string, string>> = {
  '23502': 'A value is missing.',
  '23503': 'It refers to something that is not there, or something refers to it.',
  '23505': 'There is such a row already.',
  '23514': 'A value is not one of those that are allowed.',
  '40001': 'Somebody else has changed it meanwhile.',
  '40P01': 'Somebody else has changed it meanwhile.',
  // Of ours: see the migration `quotas` of projects.
  '54Q01': 'There are as many as there may be.',
  '55P03': 'Somebody else is changing it, for too long.',
  '57014': 'It took too long.',
};

function failureOf(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', column, constraint } = error;
  const sentence = sentences[code] ?? (code.startsWith('22') ? 'A value is not acceptable.' : undefined);
  const at = column ?? constraint;
  return sentence ? new OperationFailure(at ? `${sentence.slice(0, -1)} (${at}).` : sentence) : error;
}

import { sqlTypes } from './column-types.ts';
import { columnOf, columnSql, type Parameters, QueryFault } from './filters.ts';
import type { Column, Table } from './tables.ts';

/** One of the columns that rows are ordered by. */
export interface Order {
  name: string;
  column: Column;
  direction: 'ASC' | 'DESC';
}

interface OrderInput {
  column: string;
  direction?: 'ASC' | 'DESC' | null;
}

const mostColumns = 4;

/**
 * The order of rows: as asked for, or the newest first; in the end by the key, so that it is one order and no other.
 *
 * @throws QueryFault
 */
export function toOrder(table: Table, asked: readonly OrderInput[] | null | undefined): Order[] {
  if ((asked?.length ?? 0) > mostColumns)
    throw new QueryFault(`Rows are ordered by at most ${mostColumns} columns.`, ['orderBy']);
  const order = (asked?.length ? asked : [{ column: table.newest, direction: 'DESC' as const }]).map(
    ({ column: name, direction }, index): Order => {
      const path = ['orderBy', String(index), 'column'];
      const column = columnOf(table, name, path);
      if (column.type === 'json') throw new QueryFault(`Nothing is ordered by “${name}”.`, path);
      return { name, column, direction: direction === 'DESC' ? 'DESC' : 'ASC' };
    },
  );
  if (order.some(({ name }) => name === table.key)) return order;
  const direction = order.at(-1)!.direction;
  return [...order, { name: table.key, column: table.columns[table.key]!, direction }];
}

/** What stands after ORDER BY. Null is the greatest value, as everywhere in PostgreSQL. */
export function orderSql(order: readonly Order[]): string {
  return order.map(({ name, column, direction }) => `${columnSql(name, column)} ${direction}`).join(', ');
}

/** The cursor of a row of which the columns of its order were read as texts, which are exact. */
export function cursorOf(order: readonly Order[], row: Readonly<Record<string, string | null>>): string {
  const values = order.map(({ name }) => row[name]);
  return Buffer.from(JSON.stringify([signature(order), ...values])).toString('base64url');
}

/** The condition that a row comes after a cursor. @throws QueryFault when the cursor is not of this order */
export function afterCursor(order: readonly Order[], cursor: string, parameters: Parameters): string {
  const values = valuesOf(order, cursor);
  const places = order.map(({ column }, index) => {
    const value = values[index];
    if (value === null) return null;
    parameters.push(value);
    return `$${parameters.length}::${sqlTypes[column.type]}`;
  });
  const sql = order.map(({ name, column }) => columnSql(name, column));
  const alternatives = order.flatMap(({ direction }, index) => {
    const after = isAfter(sql[index]!, places[index]!, direction);
    if (!after) return [];
    const same = sql
      .slice(0, index)
      .map((one, before) => (places[before] === null ? `${one} IS NULL` : `${one} = ${places[before]}`));
    return [`(${[...same, after].join(' AND ')})`];
  });
  return alternatives.length > 0 ? `(${alternatives.join(' OR ')})` : 'FALSE';
}

function isAfter(sql: string, place: string | null, direction: 'ASC' | 'DESC'): string | undefined {
  if (direction === 'DESC') return place === null ? `${sql} IS NOT NULL` : `${sql} < ${place}`;
  return place === null ? undefined : `(${sql} > ${place} OR ${sql} IS NULL)`;
}

function valuesOf(order: readonly Order[], cursor: string): (string | null)[] {
  try {
    const [of, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const isOurs =
      of === signature(order) &&
      values.length === order.length &&
      values.every((value) => value === null || (typeof value === 'string' && !value.includes('\0')));
    if (isOurs) return values as (string | null)[];
  } catch {
    // Not ours: answered below.
  }
  throw new QueryFault('That is not a cursor of this table in this order.', ['after']);
}

function signature(order: readonly Order[]): string {
  return order.map(({ name, direction }) => `${name} ${direction}`).join();
}

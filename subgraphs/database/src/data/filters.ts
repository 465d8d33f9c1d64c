import pg from 'pg';
import { sqlTypes, toParameter, ValueFault } from './column-types.ts';
import type { Column, Table } from './tables.ts';

/** Something in a request that names what is not there, or cannot be meant. */
export class QueryFault extends Error {
  override readonly name = 'QueryFault';
  /** Where in the input, below `input`. */
  readonly path: readonly string[];
  readonly details: Record<string, unknown>;

  constructor(message: string, path: readonly string[], details: Record<string, unknown> = {}) {
    super(message);
    this.path = path;
    this.details = details;
  }
}

/** Values for the places of a statement, in their order. */
export type Parameters = unknown[];

const comparisons = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
type Operator = keyof typeof comparisons | 'in' | 'contains' | 'isNull';
const operators: readonly Operator[] = ['eq', 'in', 'contains', 'gt', 'gte', 'lt', 'lte', 'isNull'];

const mostConditions = 20;
const mostInList = 100;

/** The columns of a table that a caller named. @throws QueryFault, which says those that there are */
export function columnOf(table: Table, name: string, path: readonly string[]): Column {
  const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (column) return column;
  throw new QueryFault('There is no such column.', path, { columns: Object.keys(table.columns) });
}

/** A column in a statement, by its name in the register and nothing that a caller wrote. */
export function columnSql(name: string, { type }: Column, alias = 't'): string {
  const quoted = `${alias}.${pg.escapeIdentifier(name)}`;
  return type === 'enum' ? `${quoted}::text` : quoted;
}

/**
 * Conditions of SQL, all of which must hold: each key is a column, each value what it equals, or operators with what they
 * compare with. Columns and operators come from the register, values go into `parameters`.
 *
 * @throws QueryFault
 */
export function toConditions(
  table: Table,
  filters: Readonly<Record<string, unknown>>,
  parameters: Parameters,
  path: readonly string[],
): string[] {
  const entries = Object.entries(filters);
  if (entries.length > mostConditions)
    throw new QueryFault(`There may be at most ${mostConditions} filters.`, path);
  return entries.flatMap(([name, filter]) => {
    const at = [...path, name];
    const column = columnOf(table, name, at);
    const sql = columnSql(name, column);
    if (filter === null) return [`${sql} IS NULL`];
    if (typeof filter !== 'object') return [compare(sql, column, 'eq', filter, parameters, at)];
    if (Array.isArray(filter)) return [compare(sql, column, 'in', filter, parameters, at)];
    const conditions = Object.entries(filter);
    // Without a condition it would mean every row.
    if (conditions.length === 0)
      throw new QueryFault(`Say what “${name}” is compared with.`, at, { operators });
    return conditions.map(([operator, value]) => {
      if (!(operators as string[]).includes(operator))
        throw new QueryFault('There is no such operator.', [...at, operator], { operators });
      return compare(sql, column, operator as Operator, value, parameters, [...at, operator]);
    });
  });
}

function compare(
  sql: string,
  column: Column,
  operator: Operator,
  value: unknown,
  parameters: Parameters,
  path: readonly string[],
): string {
  const type = sqlTypes[column.type];
  const place = (parameter: unknown, cast: string) => {
    parameters.push(parameter);
    return `$${parameters.length}::${cast}`;
  };
  if (operator === 'isNull') {
    if (typeof value !== 'boolean') throw new QueryFault('isNull is true or false.', path);
    return `${sql} IS ${value ? '' : 'NOT '}NULL`;
  }
  if (column.type === 'json')
    throw new QueryFault('A column of JSON is compared by isNull alone.', path, { operators: ['isNull'] });
  if (operator === 'in') {
    if (!Array.isArray(value) || value.length > mostInList)
      throw new QueryFault(`“in” takes a list of at most ${mostInList} values.`, path);
    return `${sql} = ANY(${place(
      value.map((one) => parameterAt(column, one, path)),
      `${type}[]`,
    )})`;
  }
  if (operator === 'contains') {
    if (column.type !== 'text') throw new QueryFault('“contains” is for texts.', path);
    const escaped = parameterAt(column, value, path).replace(/[\\%_]/g, '\\$&');
    return `${sql} ILIKE ${place(`%${escaped}%`, 'text')}`;
  }
  return `${sql} ${comparisons[operator]} ${place(parameterAt(column, value, path), type)}`;
}

/** @throws QueryFault where a ValueFault says only what was expected */
export function parameterAt(column: Column, value: unknown, path: readonly string[]): string {
  try {
    return toParameter(column, value);
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error;
    throw new QueryFault(`${path.join('.')}: ${error.message}.`, path);
  }
}

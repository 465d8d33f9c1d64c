import pg from 'pg';
import { fromDatabase, type TextRow } from './column-types.ts';
import { afterCursor, cursorOf, type Order, orderSql, toOrder } from './cursors.ts';
import { entriesStatement, hasAnyEntry, noEntries } from './entries.ts';
import { columnOf, columnSql, type Parameters, QueryFault, toConditions } from './filters.ts';
import { hasEntries, ownedBy, readAction, type Sight } from './sight.ts';
import { type Table, tables } from './tables.ts';

/** What is asked of `dataQuery`. */
export interface PageInput {
  table: string;
  columns?: readonly string[] | null;
  filters?: Readonly<Record<string, unknown>> | null;
  orderBy?: readonly { column: string; direction?: 'ASC' | 'DESC' | null }[] | null;
  pagination?: { page?: number | null; limit?: number | null } | null;
  first?: number | null;
  after?: string | null;
}

/** A statement with the values for its places. */
export interface Statement {
  text: string;
  values: Parameters;
}

/** A page of a table's rows, as statements. */
export interface Page {
  name: string;
  table: Table;
  columns: readonly string[];
  order: readonly Order[];
  page: number;
  limit: number;
  isAfterCursor: boolean;
  isCounted: boolean;
  /**
   * Asks for one row more than the page has, to see whether there is one. Each row says how many there are on all pages, where
   * that is asked for: one statement is one moment, and one way to the database.
   */
  rows: Statement;
  /** For a page without rows. */
  count: Statement;
  /**
   * What entries say of reading these rows; null where none can, or where that is known. The page is of what is the person's own
   * then, and each row says whether there is any entry, which is seldom: then it is to be asked for again.
   */
  entries: Statement | null;
}

const totalColumn = '~total';
const entriesColumn = '~entries';
/** Rows that lie this far into a table are reached by cursors, which do not count their way. */
const deepestOffset = 100_000;
const presetLimit = 20;
const mostRows = 100;

/** The table of a name that a caller gave. @throws QueryFault, which says those that there are */
export function tableOf(name: string, path: readonly string[] = ['table']): Table {
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (table) return table;
  throw new QueryFault('There is no such table.', path, { tables: Object.keys(tables) });
}

/**
 * The statements of a page, of which nothing but values comes from the caller.
 *
 * @param sight whose rows there are for the caller
 * @param isCounted whether it is to be known how many rows there are on all pages
 * @throws QueryFault
 */
export function toPage(input: PageInput, sight: Sight, isCounted: boolean): Page {
  const table = tableOf(input.table);
  const columns = input.columns?.length ? [...new Set(input.columns)] : Object.keys(table.columns);
  for (const [index, name] of columns.entries()) columnOf(table, name, ['columns', String(index)]);
  const order = toOrder(table, input.orderBy);
  const { page, limit } = sizeOf(input);

  const values: Parameters = [];
  const asks = sight !== 'all' && !sight.known && hasEntries(table) ? sight : null;
  const conditions = [
    ...ownedBy(table, asks ? { ...asks, known: noEntries } : sight, values),
    ...toConditions(table, input.filters ?? {}, values, ['filters']),
  ];
  const from = `FROM ${pg.escapeIdentifier(table.relation)} AS t`;
  const count = { text: `SELECT count(*) AS total ${from}${where(conditions)}`, values: [...values] };
  const after = input.after == null ? [] : [afterCursor(order, input.after, values)];
  // What its cursor is made from is read with each row, whether it is shown or not.
  const read = new Set([...columns, ...order.map(({ name }) => name)]);
  const selected = [...read].map(
    (name) => `${columnSql(name, table.columns[name]!)} AS ${pg.escapeIdentifier(name)}`,
  );
  if (isCounted) selected.push(`(${count.text}) AS ${pg.escapeIdentifier(totalColumn)}`);
  if (asks) {
    const isAny = hasAnyEntry(asks, readAction, values);
    selected.push(`${isAny} AS ${pg.escapeIdentifier(entriesColumn)}`);
  }
  const text = `SELECT ${selected.join(', ')} ${from}${where([...conditions, ...after])}
    ORDER BY ${orderSql(order)} LIMIT ${limit + 1} OFFSET ${(page - 1) * limit}`;
  return {
    ...{ name: input.table, table, columns, order, page, limit, isCounted, count },
    entries: asks && entriesStatement(asks, readAction),
    isAfterCursor: input.after != null,
    rows: { text, values },
  };
}

function where(conditions: readonly string[]): string {
  return conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
}

function sizeOf({ pagination, first, after }: PageInput): { page: number; limit: number } {
  const usesCursor = first != null || after != null;
  if (usesCursor && pagination)
    throw new QueryFault(
      'A page has a number or follows a cursor: give “pagination”, or “first” and “after”.',
      ['pagination'],
    );
  const page = pagination?.page ?? 1;
  const limit = (usesCursor ? first : pagination?.limit) ?? presetLimit;
  const path = usesCursor ? ['first'] : ['pagination', 'limit'];
  if (limit < 1 || limit > mostRows) throw new QueryFault(`A page has 1 to ${mostRows} rows.`, path);
  if (page < 1 || (page - 1) * limit > deepestOffset)
    throw new QueryFault(`Pages begin at 1 and end after ${deepestOffset} rows: use “after” beyond.`, [
      'pagination',
      'page',
    ]);
  return { page, limit };
}

/** Whether an entry may have something to say of a page: where there is no row, nobody has looked. */
export function mayConcern(found: readonly TextRow[]): boolean {
  const [first] = found;
  return !first || first[entriesColumn] === 't';
}

/** Rows of a page, and where it lies in its list. */
export interface PageRows {
  rows: Record<string, unknown>[];
  /** How many there are on all pages; undefined when nobody has asked, or when there is no row that would say it. */
  total?: number;
  /** When the page changes by itself, because an entry ends: in milliseconds since 1970; undefined for never. */
  until?: number | undefined;
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
}

/** What a caller gets of the rows that the database answered with. */
export function toRows(page: Page, found: readonly TextRow[]): PageRows {
  const shown = found.slice(0, page.limit);
  const first = found[0];
  const cursorAt = (index: number) => {
    const row = shown.at(index);
    return row ? cursorOf(page.order, row) : null;
  };
  return {
    rows: shown.map((row) =>
      Object.fromEntries(
        page.columns.map((name) => [name, fromDatabase(page.table.columns[name]!, row[name]!)]),
      ),
    ),
    ...(page.isCounted && first && { total: Number(first[totalColumn]) }),
    pageInfo: {
      hasNextPage: found.length > page.limit,
      hasPreviousPage: page.isAfterCursor || page.page > 1,
      startCursor: cursorAt(0),
      endCursor: cursorAt(-1),
    },
  };
}

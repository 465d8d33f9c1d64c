import { badCursor, decodeCursor, encodeCursor } from './cursor.ts';
import { sqlStateOf } from './database-errors.ts';
import { badUserInput } from './errors.ts';
import { beyond, type OrderBy, prismaOrder } from './keyset.ts';

/** The arguments of a connection field. */
export interface ConnectionArguments {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** One row of a connection with its cursor. */
export interface Edge<Row> {
  cursor: string;
  node: Row;
}

/** A page of a list, as the connection types of the SDL resolve it. */
export interface Connection<Row> {
  edges: Edge<Row>[];
  nodes: Row[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
  /** Counts the whole list; graphql calls it only when it is selected. */
  totalCount: () => Promise<number>;
}

/** The part of a Prisma model delegate that is used. */
export interface ConnectionDelegate<Row> {
  findMany(query: never): PromiseLike<Row[]>;
  count(query: never): PromiseLike<number>;
}

export interface ConnectionOptions<Row> {
  /** The Prisma model, e.g. `db.event`. */
  delegate: ConnectionDelegate<Row>;
  args: ConnectionArguments;
  where?: object;
  /** The ordering; the id is appended as the tie-break. */
  orderBy?: readonly OrderBy[];
  maxPageSize?: number;
  defaultPageSize?: number;
  include?: object;
  select?: object;
}

/**
 * One page of a table by keyset: its cost does not grow with the page's number, and rows that come or go between two
 * pages shift nothing.
 *
 * @throws BAD_USER_INPUT for a page size outside 1–`maxPageSize` (100), for `first` with `last`, and for a foreign cursor
 * @see https://relay.dev/graphql/connections.htm
 */
export async function connection<Row extends object>(
  options: ConnectionOptions<Row>,
): Promise<Connection<Row>> {
  const { delegate, args, where = {}, include, select } = options;
  const size = pageSize(options);
  const isBackward = typeof args.last === 'number';
  const keys = withTieBreak(options.orderBy ?? []);

  const rows = await findRows(options, {
    where: { AND: [where, place(keys, args.after, 'after'), place(keys, args.before, 'before')] },
    orderBy: prismaOrder(keys, isBackward),
    // One more than the page tells whether there is another.
    take: size + 1,
    ...(include && { include }),
    ...(select && { select }),
  });
  const hasMore = rows.length > size;
  const nodes = rows.slice(0, size);
  if (isBackward) nodes.reverse();
  const edges = nodes.map((node) => ({ cursor: cursorOf(node, keys), node }));

  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: isBackward ? isGiven(args.before) : hasMore,
      hasPreviousPage: isBackward ? hasMore : isGiven(args.after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: async () => delegate.count({ where } as never),
  };
}

function pageSize({ args, maxPageSize = 100, defaultPageSize = 20 }: ConnectionOptions<object>): number {
  if (isGiven(args.first) && isGiven(args.last)) throw badUserInput('Give “first” or “last”, not both.');
  const size = args.first ?? args.last ?? defaultPageSize;
  if (size < 1 || size > maxPageSize)
    throw badUserInput(`A page holds 1 to ${maxPageSize} items, not ${size}.`);
  return size;
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

function withTieBreak(orderBy: readonly OrderBy[]): OrderBy[] {
  const idAt = orderBy.findIndex(({ field }) => field === 'id');
  // What comes after the id cannot matter.
  if (idAt >= 0) return orderBy.slice(0, idAt + 1);
  return [...orderBy, { field: 'id', direction: orderBy.at(-1)?.direction ?? 'ASC' }];
}

function place(
  keys: readonly OrderBy[],
  cursor: string | null | undefined,
  side: 'after' | 'before',
): object {
  return isGiven(cursor) ? beyond(keys, decodeCursor(cursor, keys.length), side) : {};
}

function cursorOf(row: object, keys: readonly OrderBy[]): string {
  return encodeCursor(keys.map(({ field }) => (row as Record<string, unknown>)[field]));
}

async function findRows<Row>({ delegate, args }: ConnectionOptions<Row>, query: object): Promise<Row[]> {
  try {
    return await delegate.findMany(query as never);
  } catch (error) {
    const cursor = args.after ?? args.before;
    // A forged cursor, or one of another ordering, carries values that do not fit the columns.
    if (isGiven(cursor) && isMisfit(error)) throw badCursor(cursor);
    throw error;
  }
}

function isMisfit(error: unknown): boolean {
  return (
    (error as Error).name === 'PrismaClientValidationError' || Boolean(sqlStateOf(error)?.startsWith('22'))
  );
}

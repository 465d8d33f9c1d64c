import { PrismaClient } from '@kronos/prisma-auth';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, type ConnectionArguments, connection } from './connection.ts';
import { encodeCursor } from './cursor.ts';
import { newId } from './ids.ts';
import type { OrderBy } from './keyset.ts';
import { createTestDatabase, type TestDatabase } from './testing/index.ts';

let database: TestDatabase;
let db: PrismaClient;

// The outbox stands for any table: it has a text with ties, a text that can be null, dates and a large integer.
type Row = Awaited<ReturnType<PrismaClient['outbox']['findMany']>>[number];

beforeAll(async () => {
  database = await createTestDatabase('auth');
  db = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 2 }) });
  const rows = Array.from({ length: 60 }, (_, index) => ({
    id: newId(),
    name: pick(['a', 'B', 'é', '%', 'a']),
    key: pick(['x', 'y', null, null]),
    payload: {},
    occurredAt: new Date(Date.UTC(2027, 0, 1 + (index % 4))),
    position: index % 3 === 0 ? null : BigInt(index) + 2n ** 60n,
  }));
  await db.outbox.createMany({ data: rows });
});

afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

function pick<Value>(values: readonly Value[]): Value {
  return values[Math.floor(Math.random() * values.length)] as Value;
}

function page(args: ConnectionArguments, orderBy: readonly OrderBy[] = [], where: object = {}) {
  return connection({ delegate: db.outbox, args, orderBy, where });
}

const idsOf = ({ nodes }: Connection<Row>) => nodes.map(({ id }) => id);

async function walkForward(size: number, orderBy: readonly OrderBy[], where: object): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const found: Connection<Row> = await page({ first: size, after }, orderBy, where);
    ids.push(...idsOf(found));
    expect(found.pageInfo.hasPreviousPage).toBe(after !== null);
    if (!found.pageInfo.hasNextPage) return ids;
    after = found.pageInfo.endCursor;
  }
}

async function walkBackward(size: number, orderBy: readonly OrderBy[], where: object): Promise<string[]> {
  const ids: string[] = [];
  for (let before: string | null = null; ; ) {
    const found: Connection<Row> = await page({ last: size, before }, orderBy, where);
    ids.unshift(...idsOf(found));
    expect(found.pageInfo.hasNextPage).toBe(before !== null);
    if (!found.pageInfo.hasPreviousPage) return ids;
    before = found.pageInfo.startCursor;
  }
}

const keys: OrderBy[] = [
  { field: 'name' },
  { field: 'name', direction: 'DESC' },
  { field: 'key', direction: 'ASC', nullable: true },
  { field: 'key', direction: 'DESC', nullable: true },
  { field: 'occurredAt', direction: 'DESC' },
  { field: 'position', direction: 'ASC', nullable: true },
  { field: 'position', direction: 'DESC', nullable: true },
];
const orders: OrderBy[][] = [
  [],
  ...keys.map((key) => [key]),
  ...keys.flatMap((first) => keys.filter(({ field }) => field !== first.field).map((then) => [first, then])),
];

function describeOrder(order: readonly OrderBy[]): string {
  return order.map(({ field, direction = 'ASC' }) => `${field} ${direction}`).join(', ') || 'the id alone';
}

describe('all pages together are the whole list, once, in order', () => {
  test.each(orders.map((order) => [describeOrder(order), order] as const))('by %s', async (_name, order) => {
    const where = { name: { not: '%' } };
    const direction = order.at(-1)?.direction === 'DESC' ? 'desc' : 'asc';
    const expected = await db.outbox.findMany({
      where,
      orderBy: [
        ...order.map((key) => ({ [key.field]: key.direction === 'DESC' ? 'desc' : 'asc' }) as const),
        { id: direction },
      ],
    });
    const ids = expected.map(({ id }) => id);
    for (const size of [1 + Math.floor(Math.random() * 6), 7, 100]) {
      expect(await walkForward(size, order, where)).toEqual(ids);
      expect(await walkBackward(size, order, where)).toEqual(ids);
    }
  });
});

test('a page between two cursors', async () => {
  const all = await page({ first: 10 });
  const [from, to] = [all.edges[2], all.edges[6]];
  const between = await page({ first: 10, after: from?.cursor, before: to?.cursor });
  expect(idsOf(between)).toEqual(idsOf(all).slice(3, 6));
});

test('rows that come while somebody pages shift nothing', async () => {
  const first = await page({ first: 5 }, [{ field: 'id', direction: 'DESC' }]);
  await db.outbox.create({ data: { id: newId(), name: '%', payload: {} } });
  const second = await page({ first: 5, after: first.pageInfo.endCursor }, [
    { field: 'id', direction: 'DESC' },
  ]);
  expect(new Set([...idsOf(first), ...idsOf(second)]).size).toBe(10);
});

test('a page holds 20 when nobody says how many, and the list is counted when asked', async () => {
  const found = await page({}, [], { name: 'a' });
  expect(found.nodes).toHaveLength(Math.min(20, await db.outbox.count({ where: { name: 'a' } })));
  expect(found.edges.map(({ node }) => node)).toEqual(found.nodes);
  expect(await found.totalCount()).toBe(await db.outbox.count({ where: { name: 'a' } }));
});

test('an empty list', async () => {
  const found = await page({ first: 5 }, [], { name: 'none' });
  expect(found.pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  });
  expect(await found.totalCount()).toBe(0);
});

test.each([
  [{ first: 0 }, '1 to 100 items, not 0'],
  [{ first: 101 }, '1 to 100 items, not 101'],
  [{ last: -1 }, '1 to 100 items, not -1'],
  [{ first: 1, last: 1 }, 'not both'],
  [{ after: 'x' }, 'is not a cursor of this list'],
  [{ after: encodeCursor(['not a uuid']) }, 'is not a cursor of this list'],
  [{ after: encodeCursor(['a\0']) }, 'is not a cursor of this list'],
  [{ before: encodeCursor([true]) }, 'is not a cursor of this list'],
  [{ after: encodeCursor(['two', newId()]) }, 'is not a cursor of this list'],
])('%j is refused', async (args, message) => {
  const refusal = expect.objectContaining({
    extensions: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
  });
  const refused = page(args);
  await expect(refused).rejects.toThrow(message);
  await expect(refused).rejects.toEqual(refusal);
});

test('a cursor of another ordering is refused', async () => {
  const cursor = encodeCursor(['a', newId()]);
  await expect(page({ after: cursor }, [{ field: 'occurredAt' }])).rejects.toThrow('is not a cursor');
});

import { PrismaClient } from '@kronos/prisma-users';
import { newId } from '@kronos/subgraph';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAccessChecker } from './access.checker.ts';

let database: TestDatabase;
let db: PrismaClient;
let statements = 0;
let userId: string;
let clock: number;
let isCurrent: boolean;

beforeAll(async () => {
  database = await createTestDatabase('users');
  const adapter = new PrismaPg({ connectionString: database.url, max: 2 });
  const counted = new PrismaClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  counted.$on('query', () => {
    statements += 1;
  });
  db = counted;
});
beforeEach(async () => {
  userId = newId();
  [clock, isCurrent] = [Date.now(), true];
  await db.user.create({ data: { id: userId, displayName: 'Ada' } });
});
afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const checker = (more = {}) =>
  createAccessChecker({ db, isCurrent: () => isCurrent, now: () => new Date(clock), ...more });
const thing = { type: 'event', id: newId() };
const asked = () => ({ userId, action: 'events:read', resource: thing });
const allow = (expiresAt: Date | null = null) =>
  db.aclEntry.create({
    data: {
      ...{ id: newId(), userId, action: 'events:read', effect: 'ALLOW', expiresAt },
      ...{ resourceType: thing.type, resourceId: thing.id },
    },
  });
async function costOf(work: () => Promise<unknown>): Promise<number> {
  const before = statements;
  await work();
  return statements - before;
}
const reasonOf = async (access: ReturnType<typeof checker>) => (await access.checkAll([asked()]))[0]?.reason;

test('what was asked before costs no query', async () => {
  const access = checker();
  await allow();
  expect(await reasonOf(access)).toBe('ENTRY');

  expect(await costOf(() => reasonOf(access))).toBe(0);
});

test('a hundred questions cost as many queries as one', async () => {
  const one = await costOf(() => checker().checkAll([asked()]));
  const many = Array.from({ length: 100 }, (_, index) => ({ ...asked(), action: `events:verb${index}` }));

  expect(await costOf(() => checker().checkAll(many))).toBe(one);
});

test('what is forgotten is asked anew', async () => {
  const access = checker();
  const { id } = await allow();
  await reasonOf(access);
  await db.aclEntry.delete({ where: { id } });

  expect(await reasonOf(access)).toBe('ENTRY');
  access.forget(userId);
  expect(await reasonOf(access)).toBe('NONE');
  await allow();
  access.forgetAll();
  expect(await reasonOf(access)).toBe('ENTRY');
});

test('while changes are not heard of, the database is asked', async () => {
  const access = checker();
  const { id } = await allow();
  await reasonOf(access);
  await db.aclEntry.delete({ where: { id } });
  isCurrent = false;

  expect(await reasonOf(access)).toBe('NONE');
});

test('what was read before something was forgotten is not kept after it', async () => {
  const access = checker();
  const reading = access.checkAll([asked()]);
  access.forget(userId);
  await reading;

  expect(await costOf(() => reasonOf(access))).toBeGreaterThan(0);
});

test('an entry ends in time, in memory too', async () => {
  const access = checker();
  await allow(new Date(clock + 5_000));
  expect(await reasonOf(access)).toBe('ENTRY');

  clock += 4_999;
  expect(await reasonOf(access)).toBe('ENTRY');
  clock += 1;
  expect(await reasonOf(access)).toBe('NONE');
});

test('what may have an owner soon is not refused for long', async () => {
  const access = checker();
  expect(await reasonOf(access)).toBe('NONE');
  await db.resourceOwner.create({
    data: { resourceType: thing.type, resourceId: thing.id, ownerId: userId },
  });
  clock += 1_000;

  expect(await reasonOf(access)).toBe('OWNER');
});

test('no more is remembered than may be', async () => {
  const access = checker({ maxDecisions: 2 });
  const actions = ['events:a', 'events:b', 'events:c'].map((action) => ({ ...asked(), action }));
  for (const question of actions) await access.checkAll([question]);

  expect(await costOf(() => access.checkAll([actions[2]!]))).toBe(0);
  expect(await costOf(() => access.checkAll([actions[0]!]))).toBeGreaterThan(0);
});

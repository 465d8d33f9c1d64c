import { defaultPolicies } from '@kronos/edge-rules';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PrismaClient } from './client/client.ts';
import { seed } from './seed.ts';
import { seededRoutes } from './seeds.ts';

let database: TestDatabase;
let db: PrismaClient;
beforeEach(async () => {
  database = await createTestDatabase('router');
  db = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 2 }) });
  // The suite's template may be seeded already.
  await db.route.deleteMany();
  await db.persistedOperation.deleteMany();
  await db.quotaPolicy.deleteMany();
  await db.outbox.deleteMany();
});
afterEach(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const run = () => seed({ databaseUrl: database.url });
const everything = async () => [
  await db.quotaPolicy.findMany({ orderBy: { id: 'asc' } }),
  await db.route.findMany({ orderBy: { id: 'asc' } }),
  await db.persistedOperation.findMany({ orderBy: { id: 'asc' } }),
  await db.outbox.findMany({ orderBy: { id: 'asc' } }),
];

test('writes policies and routes once, and tells the gateways', async () => {
  expect(await run()).toMatch(
    /^written: anonymous, user, .*POST \/signup.*, POST \/events, .*POST \/api\/v1\/data\/query/,
  );
  const before = await everything();
  expect(await run()).toBe('quota policies and routes: nothing to change');

  expect(await everything()).toEqual(before);
  expect(before[0]).toMatchObject(
    Object.values(defaultPolicies).map(({ id, name, pointsPerMinute }) => ({ id, name, pointsPerMinute })),
  );
  expect(before[1]).toMatchObject(seededRoutes.map(({ method, path }) => ({ method, path })));
  expect(before[3]).toMatchObject(
    ['POLICY', 'OPERATION', 'ROUTE'].map((kind) => ({ name: 'edgeRulesChanged', payload: { kind } })),
  );
});

test('two that start at the same moment write them once', async () => {
  await Promise.all([run(), run(), run()]);
  expect(await db.route.count()).toBe(seededRoutes.length);
});

test('what an administrator has changed stays; what nobody has touched follows the seeds', async () => {
  await run();
  const [moved, old] = [seededRoutes[0]!, seededRoutes[1]!];
  await db.route.update({
    where: { id: moved.id },
    data: { path: '/join', pathPattern: '/join', seedHash: null },
  });
  await db.route.update({ where: { id: old.id }, data: { description: 'As it was.', seedHash: 'of old' } });
  await db.quotaPolicy.update({ where: { name: 'user' }, data: { pointsPerMinute: 1, seedHash: null } });

  expect(await run()).toBe('written: POST /login');
  expect(await db.route.findUnique({ where: { id: moved.id } })).toMatchObject({ path: '/join' });
  expect(await db.route.findUnique({ where: { id: old.id } })).toMatchObject({
    description: expect.stringContaining('Logs in'),
  });
  expect(await db.quotaPolicy.findUnique({ where: { name: 'user' } })).toMatchObject({ pointsPerMinute: 1 });
});

test('where an administrator has a route of their own, none is seeded', async () => {
  await run();
  const { id, operationId } = await db.route.findFirstOrThrow({ where: { path: '/events/{id}' } });
  await db.route.delete({ where: { id } });
  const own = { path: '/events/{slug}', pathPattern: '/events/{}', description: 'Mine.', successStatus: 200 };
  await db.route.create({
    data: { id: '01890a5d-ac96-774b-bcce-b302099a8057', method: 'GET', operationId, parameters: [], ...own },
  });

  expect(await run()).toBe('quota policies and routes: nothing to change');
  expect(await db.route.count()).toBe(seededRoutes.length);
});

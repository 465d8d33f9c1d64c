import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PrismaClient } from './client/client.ts';
import { seed } from './seed.ts';

let database: TestDatabase;
let db: PrismaClient;
beforeEach(async () => {
  database = await createTestDatabase('users');
  db = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 2 }) });
  // The suite's template may be seeded already.
  await db.$transaction([db.role.deleteMany(), db.permission.deleteMany()]);
});
afterEach(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const run = () => seed({ databaseUrl: database.url });
const scopesOf = async (name: string) => {
  const role = await db.role.findUniqueOrThrow({ where: { name }, include: { permissions: true } });
  return role.permissions.map(({ scope }) => scope).sort();
};
const createUser = async (id: string, roleName: string) =>
  db.user.create({
    data: { id, displayName: 'Ada', roles: { create: { role: { connect: { name: roleName } } } } },
  });

test('writes the roles once', async () => {
  expect(await run()).toBe('roles user, premium, admin: written; rights announced of 0 users');
  const ids = await db.role.findMany({ orderBy: { rank: 'asc' } });
  expect(await run()).toBe('roles user, premium, admin: nothing to change');

  expect(await db.role.findMany({ orderBy: { rank: 'asc' } })).toEqual(ids);
  expect(await scopesOf('premium')).toEqual(['quota:premium']);
  expect(await scopesOf('user')).toEqual([]);
});

test('two that start at the same moment write them once', async () => {
  await Promise.all([run(), run(), run()]);

  expect(await db.role.count()).toBe(3);
});

test('what an administrator has given to a role of every installation stays', async () => {
  await run();
  const { id } = await db.role.findUniqueOrThrow({ where: { name: 'premium' } });
  await db.rolePermission.create({ data: { roleId: id, scope: 'users:read' } });

  expect(await run()).toBe('roles user, premium, admin: nothing to change');
  expect(await scopesOf('premium')).toEqual(['quota:premium', 'users:read']);
});

test('a role that allows something else than before is announced for its holders alone', async () => {
  await run();
  await createUser('01890a5d-ac96-774b-bcce-b302099a8057', 'admin');
  await createUser('01890a5d-ac96-774b-bcce-b302099a8058', 'user');
  const before = await scopesOf('admin');
  await db.rolePermission.deleteMany({ where: { scope: 'users:read' } });

  expect(await run()).toBe('roles admin: written; rights announced of 1 users');
  expect(await scopesOf('admin')).toEqual(before);
  expect(await db.outbox.findMany()).toMatchObject([
    {
      name: 'accessChanged',
      key: '01890a5d-ac96-774b-bcce-b302099a8057',
      payload: { roles: ['admin'], scopes: before },
    },
  ]);
});

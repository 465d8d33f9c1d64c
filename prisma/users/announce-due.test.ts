import { randomUUID } from 'node:crypto';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockAccess } from './access.ts';
import { announceAffected, announceDue } from './announce-due.ts';
import { PrismaClient } from './client/client.ts';

let database: TestDatabase;
let db: PrismaClient;
beforeEach(async () => {
  database = await createTestDatabase('users');
  db = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.url, max: 4 }) });
});
afterEach(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

const many = 1_234;

/** A role with that many holders, half of them by a group. */
async function givenHolders(): Promise<string> {
  const role = await db.role.create({ data: { id: randomUUID(), name: 'editor', rank: 1 } });
  const group = await db.group.create({ data: { id: randomUUID(), name: 'Editors' } });
  await db.groupRole.create({ data: { groupId: group.id, roleId: role.id } });
  const ids = Array.from({ length: many }, () => randomUUID());
  await db.user.createMany({ data: ids.map((id) => ({ id, displayName: 'Ada' })) });
  const half = many / 2;
  await db.userRole.createMany({ data: ids.slice(0, half).map((userId) => ({ userId, roleId: role.id })) });
  await db.groupMember.createMany({ data: ids.slice(half).map((userId) => ({ userId, groupId: group.id })) });
  return role.id;
}

const change = (roleId: string) =>
  db.$transaction(async (tx) => {
    await lockAccess(tx);
    return announceAffected(tx, { roleIds: [roleId] });
  });
const announcedUsers = async () =>
  new Set((await db.outbox.findMany({ where: { name: 'accessChanged' } })).map(({ key }) => key)).size;

test('of many holders the first are announced with the change, the rest after it, each once', async () => {
  const roleId = await givenHolders();

  expect(await change(roleId)).toBe(many);
  expect(await announcedUsers()).toBe(500);
  expect(await db.accessDue.count()).toBe(many - 500);

  // Several processes at once share the work.
  await Promise.all([announceDue(db), announceDue(db), announceDue(db)]);
  expect(await announcedUsers()).toBe(many);
  expect(await db.outbox.count({ where: { name: 'accessChanged' } })).toBe(many);
  // Whoever keeps answers forgets them at once, before it has been announced of whom they were.
  expect(await db.outbox.count({ where: { name: 'rightsChanged' } })).toBe(1);
  expect(await db.accessDue.count()).toBe(0);
});

test('a change that is rolled back announces nobody', async () => {
  const roleId = await givenHolders();
  const undone = db.$transaction(async (tx) => {
    await announceAffected(tx, { roleIds: [roleId] });
    throw new Error('changed my mind');
  });

  await expect(undone).rejects.toThrow('changed my mind');
  expect(await db.accessDue.count()).toBe(0);
  expect(await db.outbox.count()).toBe(0);
});

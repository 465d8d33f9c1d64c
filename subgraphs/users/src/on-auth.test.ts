import { createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

let users: TestUsers;
beforeAll(async () => {
  users = await createTestUsers();
});
afterAll(() => users[Symbol.asyncDispose]());

async function whenConsumed({ userId }: Person) {
  return vi.waitFor(
    () =>
      users.db.user.findUniqueOrThrow({
        where: { id: userId },
        include: { roles: { select: { role: true }, orderBy: { role: { rank: 'desc' } } } },
      }),
    { timeout: 10_000, interval: 20 },
  );
}

const announced = ({ userId }: Person) => users.db.outbox.findMany({ where: { key: userId } });

test('whoever signs up gets a profile', async () => {
  const ada = await users.signUp('Ada');
  const profile = await whenConsumed(ada);

  expect(profile).toMatchObject({ displayName: 'Ada', status: 'ACTIVE' });
  expect(profile.roles.map(({ role }) => role.name)).toEqual(['user']);
  expect(await announced(ada)).toEqual([]);
});

test('roles that give rights are announced, for auth to put into tokens', async () => {
  const boss = await users.signUp('Boss', ['admin']);
  const profile = await whenConsumed(boss);

  expect(profile.roles.map(({ role }) => role.name)).toEqual(['admin', 'user']);
  expect(await announced(boss)).toMatchObject([
    {
      name: 'accessChanged',
      payload: {
        roles: ['admin', 'user'],
        scopes: allScopes,
      },
    },
  ]);
});

test('a role of an unknown name is left out, and auth is told', async () => {
  const odd = await users.signUp('Odd', ['king']);
  const profile = await whenConsumed(odd);

  expect(profile.roles.map(({ role }) => role.name)).toEqual(['user']);
  expect(await announced(odd)).toMatchObject([{ payload: { roles: ['user'], scopes: [] } }]);
});

test('two processes make one profile of one event', async () => {
  await using _second = await createTestSubgraph(createSubgraph, users.environment);
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, index) => users.signUp(`Twin ${index}`, ['admin'])),
  );
  for (const person of people) {
    await whenConsumed(person);
    expect(await announced(person)).toHaveLength(1);
  }
  expect(await users.db.inbox.count({ where: { consumer: 'users' } })).toBe(await users.db.user.count());
});

import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const change = (field: 'roleAssign' | 'roleUnassign') =>
  `mutation ($userId: ID!, $role: String!) { ${field}(input: {userId: $userId, role: $role}) {
    user { role { name } roles { name } permissions { scope } } userErrors { code field } } }`;

let users: TestUsers;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  users = await createTestUsers();
});
beforeEach(async () => {
  ada = await users.signUp('Ada', ['admin']);
  bob = await users.signUp('Bob');
});
afterAll(() => users[Symbol.asyncDispose]());

const assigner = { scopes: allScopes };
const assign = async (userId: string, role: string) =>
  (await users.execute(change('roleAssign'), { userId, role }, assigner)).data?.roleAssign;
const unassign = async (userId: string, role: string) =>
  (await users.execute(change('roleUnassign'), { userId, role }, assigner)).data?.roleUnassign;

/** What the outbox holds about one person, in order. */
const announced = async ({ userId }: Person) => {
  const rows = await users.db.outbox.findMany({ where: { key: userId }, orderBy: { sequence: 'asc' } });
  return rows.map(({ name, payload }) => ({ name, ...(payload as object) }));
};

test('a role that is given shows at once and is announced with all rights', async () => {
  const payload = await assign(bob.id, 'premium');

  expect(payload).toEqual({
    user: {
      role: { name: 'premium' },
      roles: [{ name: 'premium' }, { name: 'user' }],
      permissions: [{ scope: 'quota:premium' }],
    },
    userErrors: [],
  });
  expect(await announced(bob)).toEqual([
    {
      name: 'accessChanged',
      userId: bob.userId,
      roles: ['premium', 'user'],
      scopes: ['quota:premium'],
      groups: [],
    },
    { name: 'userUpdated', userId: bob.userId },
  ]);
});

test('a role that is taken is announced with what is left', async () => {
  await assign(bob.id, 'admin');
  const payload = await unassign(bob.id, 'admin');

  expect(payload).toMatchObject({ user: { roles: [{ name: 'user' }], permissions: [] }, userErrors: [] });
  expect((await announced(bob)).slice(-2)).toEqual([
    { name: 'accessChanged', userId: bob.userId, roles: ['user'], scopes: [], groups: [] },
    { name: 'userUpdated', userId: bob.userId },
  ]);
});

test('giving and taking again changes nothing and announces nothing', async () => {
  await assign(bob.id, 'premium');
  const before = await announced(bob);

  expect(await assign(bob.id, 'premium')).toMatchObject({ userErrors: [] });
  expect(await unassign(bob.id, 'admin')).toMatchObject({ userErrors: [] });
  expect(await announced(bob)).toEqual(before);
});

test('a login of long ago is not enough to change who may do what', async () => {
  const stale = { ...assigner, authenticatedAt: new Date(Date.now() - 16 * 60_000) };
  for (const field of ['roleAssign', 'roleUnassign'] as const) {
    const { data } = await users.execute(change(field), { userId: bob.id, role: 'premium' }, stale);
    expect(data?.[field]).toEqual({ user: null, userErrors: [{ code: 'STEP_UP_REQUIRED', field: null }] });
  }
  expect((await announced(bob)).map(({ name }) => name)).not.toContain('userUpdated');
});

test('everyone keeps the basic role', async () => {
  expect(await unassign(bob.id, 'user')).toEqual({
    user: null,
    userErrors: [{ code: 'CONFLICT', field: ['input', 'role'] }],
  });
});

test.each([
  ['a person', () => encodeId('user', newId()), 'premium', ['input', 'userId']],
  ['an id of something else', () => encodeId('role', newId()), 'premium', ['input', 'userId']],
  ['a role', () => bob.id, 'king', ['input', 'role']],
])('%s that does not exist is not found', async (_what, userId, role, field) => {
  const expected = { user: null, userErrors: [{ code: 'NOT_FOUND', field }] };

  expect(await assign(userId(), role)).toEqual(expected);
  expect(await unassign(userId(), role)).toEqual(expected);
});

test('nobody gives a role that allows what they may not do themselves', async () => {
  const { data } = await users.execute(
    `mutation ($userId: ID!) { roleAssign(input: {userId: $userId, role: "premium"}) { userErrors { code field details } } }`,
    { userId: bob.id },
    { scopes: ['roles:assign'] },
  );

  expect(data?.roleAssign.userErrors).toEqual([
    { code: 'FORBIDDEN', field: ['input', 'role'], details: { scopes: ['quota:premium'] } },
  ]);
  expect(await announced(bob)).toEqual([]);
});

test('of roles given at the same moment the last announcement tells all', async () => {
  await Promise.all([assign(bob.id, 'premium'), assign(bob.id, 'admin')]);

  const changes = (await announced(bob)).filter(({ name }) => name === 'accessChanged');
  expect(changes.at(-1)).toMatchObject({ roles: ['admin', 'premium', 'user'] });
});

describe('the last administrator', () => {
  const holders = () => users.db.userRole.count({ where: { role: { name: 'admin' } } });

  beforeEach(async () => {
    // Others have become administrators in the tests before.
    await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
    await users.db.userRole.deleteMany({ where: { role: { name: 'admin' }, userId: { not: ada.userId } } });
  });

  test('stays', async () => {
    expect(await unassign(ada.id, 'admin')).toEqual({
      user: null,
      userErrors: [{ code: 'LAST_ADMIN', field: ['input', 'userId'] }],
    });
    expect(await holders()).toBe(1);
  });

  test('stays when the other one is suspended', async () => {
    await assign(bob.id, 'admin');
    await users.db.user.update({ where: { id: bob.userId }, data: { status: 'SUSPENDED' } });

    expect((await unassign(ada.id, 'admin')).userErrors).toMatchObject([{ code: 'LAST_ADMIN' }]);
  });

  test('of two who lose the role at the same moment one stays', async () => {
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([assign(ada.id, 'admin'), assign(bob.id, 'admin')]);
      const outcomes = await Promise.all([unassign(ada.id, 'admin'), unassign(bob.id, 'admin')]);

      expect(outcomes.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'LAST_ADMIN' }]);
      expect(await holders()).toBe(1);
    }
  });
});

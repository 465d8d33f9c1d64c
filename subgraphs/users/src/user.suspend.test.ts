import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const suspend = `mutation ($id: ID!, $reason: String!) { userSuspend(id: $id, input: {reason: $reason}) {
  user { displayName status suspension { reason since by { id } } } userErrors { code field } } }`;
const reinstate =
  'mutation ($id: ID!) { userReinstate(id: $id) { user { status suspension { reason } } userErrors { code field } } }';

let users: TestUsers;
let admin: Person;
let bob: Person;
beforeAll(async () => {
  users = await createTestUsers();
  admin = { ...(await users.signUp('Admin', ['admin'])), scopes: allScopes };
  bob = await users.signUp('Bob');
});
afterAll(() => users[Symbol.asyncDispose]());

const close = async (id: string, reason = 'fraud') =>
  (await users.execute(suspend, { id, reason }, admin)).data?.userSuspend;
const open = async (id: string) => (await users.execute(reinstate, { id }, admin)).data?.userReinstate;
const announced = async ({ userId }: Person) => {
  const rows = await users.db.outbox.findMany({ where: { key: userId }, orderBy: { sequence: 'asc' } });
  return rows.map(({ name, payload }) => ({ name, ...(payload as object) }));
};

test('someone is suspended and reinstated, each once, and what is public of them stays', async () => {
  const closed = await close(bob.id);
  expect(closed).toEqual({
    user: {
      displayName: 'Bob',
      status: 'SUSPENDED',
      suspension: { reason: 'fraud', since: expect.any(String), by: { id: admin.id } },
    },
    userErrors: [],
  });
  expect((await close(bob.id, 'spam'))?.user.suspension.reason).toBe('fraud');
  expect(await open(bob.id)).toEqual({ user: { status: 'ACTIVE', suspension: null }, userErrors: [] });
  expect(await open(bob.id)).toMatchObject({ user: { status: 'ACTIVE' }, userErrors: [] });

  const { userId } = bob;
  expect(await announced(bob)).toEqual([
    { name: 'userSuspended', userId, actorId: admin.userId },
    { name: 'userUpdated', userId },
    { name: 'userReinstated', userId, actorId: admin.userId },
    { name: 'userUpdated', userId },
  ]);
  expect(await users.db.suspension.findMany({ where: { userId } })).toMatchObject([
    { suspendedBy: admin.userId, reinstatedBy: admin.userId, reinstatedAt: expect.any(Date) },
  ]);
  // Why, lies there sealed.
  const [{ reason } = { reason: '' }] = await users.raw.suspension.findMany({ where: { userId } });
  expect(reason).toMatch(/^sealed:v1:person:/);
});

test('why, nobody is told who may not read what profiles do not show', async () => {
  await close(bob.id);
  const query = 'query ($id: ID!) { user(id: $id) { displayName status suspension { reason } } }';
  const nobody = await users.signUp('Nobody');
  const { data } = await users.execute(query, { id: bob.id }, nobody);

  expect(data?.user).toEqual({ displayName: 'Bob', status: null, suspension: null });
  await open(bob.id);
});

test.each([
  ['blank', ' ', 'REQUIRED'],
  ['too long', 'x'.repeat(501), 'INVALID'],
])('a reason that is %s is refused', async (_what, reason, code) => {
  expect(await close(bob.id, reason)).toEqual({
    user: null,
    userErrors: [{ code, field: ['input', 'reason'] }],
  });
});

test.each([
  ['an unknown id', encodeId('user', newId())],
  ['the id of something else', encodeId('role', newId())],
])('%s is not found', async (_which, id) => {
  const expected = { user: null, userErrors: [{ code: 'NOT_FOUND', field: ['id'] }] };

  expect(await close(id)).toEqual(expected);
  expect(await open(id)).toEqual(expected);
});

test('who is erased stays so', async () => {
  const gone = await users.signUp('Gone');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: gone.id }, admin);
  await users.db.user.update({ where: { id: gone.userId }, data: { status: 'ERASED' } });
  const expected = { user: null, userErrors: [{ code: 'CONFLICT', field: ['id'] }] };

  expect(await close(gone.id)).toEqual(expected);
  expect(await open(gone.id)).toEqual(expected);
});

test('who helps people cannot put out who may do more than they', async () => {
  const helper = { ...(await users.signUp('Helper')), scopes: ['users:suspend', 'users:read'] };
  const { data } = await users.execute(suspend, { id: admin.id, reason: 'mutiny' }, helper);

  expect(data?.userSuspend).toEqual({ user: null, userErrors: [{ code: 'FORBIDDEN', field: ['id'] }] });
  expect((await users.execute(suspend, { id: bob.id, reason: 'fraud' }, helper)).data).toMatchObject({
    userSuspend: { user: { status: 'SUSPENDED' } },
  });
  await open(bob.id);
});

describe('the last administrator', () => {
  test('is not suspended', async () => {
    expect(await close(admin.id)).toEqual({
      user: null,
      userErrors: [{ code: 'LAST_ADMIN', field: ['id'] }],
    });
    expect(await announced(admin)).not.toContainEqual(expect.objectContaining({ name: 'userSuspended' }));
  });

  test('of two who are suspended at the same moment one stays', async () => {
    const other = await users.signUp('Other', ['admin']);
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.all([close(admin.id), close(other.id)]);
      expect(outcomes.flatMap((outcome) => outcome?.userErrors)).toMatchObject([{ code: 'LAST_ADMIN' }]);
      await Promise.all([open(admin.id), open(other.id)]);
    }
  });
});

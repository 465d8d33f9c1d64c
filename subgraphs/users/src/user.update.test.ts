import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const update = `mutation ($id: ID!, $input: UserUpdateInput!) { userUpdate(id: $id, input: $input) {
  user { displayName avatarUrl locale timeZone } userErrors { code field message } } }`;

let users: TestUsers;
let ada: Person;
beforeAll(async () => {
  users = await createTestUsers();
  ada = await users.signUp('Ada');
});
afterAll(() => users[Symbol.asyncDispose]());

test('one changes one’s own profile, and what is left out stays', async () => {
  const everything = {
    displayName: ' Ada L. ',
    avatarUrl: 'https://example.com/ada.png',
    locale: 'en-gb',
    timeZone: 'Europe/London',
  };
  const first = await users.execute(update, { id: ada.id, input: everything }, ada);
  const second = await users.execute(update, { id: ada.id, input: { avatarUrl: null } }, ada);

  const stored = { ...everything, displayName: 'Ada L.', locale: 'en-GB' };
  expect(first.data?.userUpdate).toEqual({ user: stored, userErrors: [] });
  expect(second.data?.userUpdate).toEqual({ user: { ...stored, avatarUrl: null }, userErrors: [] });
});

test('a holder of users:write changes the profile of anyone', async () => {
  const bob = await users.signUp('Bob');
  const { data } = await users.execute(
    update,
    { id: bob.id, input: { displayName: 'Robert' } },
    { scopes: ['users:write'] },
  );

  expect(data?.userUpdate.user.displayName).toBe('Robert');
});

test('every fault is told at once, and nothing is changed', async () => {
  const eve = await users.signUp('Eve');
  const input = { displayName: '  ', avatarUrl: 'javascript:alert(1)', locale: 'en_US', timeZone: '+01:00' };
  const { data } = await users.execute(update, { id: eve.id, input }, eve);

  expect(data?.userUpdate.user).toBeNull();
  expect(data?.userUpdate.userErrors).toMatchObject([
    { code: 'REQUIRED', field: ['input', 'displayName'] },
    { code: 'INVALID', field: ['input', 'avatarUrl'] },
    { code: 'INVALID', field: ['input', 'locale'] },
    { code: 'INVALID', field: ['input', 'timeZone'] },
  ]);
  expect(await users.db.user.findUnique({ where: { id: eve.userId } })).toMatchObject({ displayName: 'Eve' });
});

test.each([
  ['an unknown id', encodeId('user', newId())],
  ['the id of something else', encodeId('role', newId())],
])('%s is not found', async (_which, id) => {
  const { data } = await users.execute(update, { id, input: {} }, { scopes: ['users:write'] });

  expect(data?.userUpdate).toMatchObject({ user: null, userErrors: [{ code: 'NOT_FOUND', field: ['id'] }] });
});

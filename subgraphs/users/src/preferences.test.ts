import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const fields = 'preferences { theme emailDigest notificationChannels generation }';
const update = `mutation ($id: ID!, $input: UserPreferencesUpdateInput!) { userPreferencesUpdate(id: $id, input: $input) {
  user { ${fields} } userErrors { code field } } }`;
const read = `query ($id: ID!) { user(id: $id) { ${fields} } }`;

let users: TestUsers;
let ada: Person;
beforeAll(async () => {
  users = await createTestUsers();
  ada = await users.signUp('Ada');
});
afterAll(() => users[Symbol.asyncDispose]());

const change = async (input: object, as: Person, person = ada) =>
  (await users.execute(update, { id: person.id, input }, as)).data?.userPreferencesUpdate;
const look = async (as: object) => (await users.execute(read, { id: ada.id }, as)).data?.user.preferences;

test('everybody begins with the same, and what is left out of a change stays', async () => {
  const beginning = {
    theme: 'SYSTEM',
    emailDigest: 'NEVER',
    notificationChannels: ['IN_APP'],
    generation: {},
  };
  expect(await look(ada)).toEqual(beginning);

  const first = { theme: 'DARK', generation: { style: 'ink', size: [3, 4] } };
  expect(await change(first, ada)).toEqual({
    user: { preferences: { ...beginning, ...first } },
    userErrors: [],
  });
  await change({ emailDigest: 'WEEKLY', notificationChannels: ['EMAIL', 'EMAIL'], theme: null }, ada);
  expect(await look(ada)).toEqual({ ...first, emailDigest: 'WEEKLY', notificationChannels: ['EMAIL'] });
});

test('they are one’s own', async () => {
  const eve = await users.signUp('Eve');
  expect(await change({ theme: 'LIGHT' }, eve)).toEqual({
    user: null,
    userErrors: [{ code: 'FORBIDDEN', field: ['id'] }],
  });
  expect(await look(eve)).toBeNull();
  expect(await look({ ...eve, scopes: ['users:read'] })).not.toBeNull();
});

let deep: object = {};
for (let level = 0; level < 40; level += 1) deep = { deep };
test.each([
  ['too long', { text: 'x'.repeat(9000) }],
  ['too deep', deep],
  ['NUL', { text: 'a\0b' }],
])('JSON that is %s is refused', async (_what, generation) => {
  expect((await change({ generation }, ada)).userErrors).toMatchObject([
    { code: 'INVALID', field: ['input', 'generation'] },
  ]);
});

test('nothing is changed of someone who is erased', async () => {
  const gone = await users.signUp('Gone');
  await change({ theme: 'DARK' }, gone, gone);
  await users.db.user.update({ where: { id: gone.userId }, data: { status: 'ERASED' } });

  expect((await change({ theme: 'LIGHT' }, gone, gone)).userErrors).toEqual([
    { code: 'CONFLICT', field: ['id'] },
  ]);
});

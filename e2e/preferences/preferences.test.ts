import { expect, inject, test } from 'vitest';
import { client, logIn, signUp } from '../kit/client.ts';

const update = `mutation($id: ID!, $input: UserPreferencesUpdateInput!) { userPreferencesUpdate(id: $id, input: $input) {
  user { preferences { theme emailDigest notificationChannels generation } } userErrors { code } } }`;

test('someone says what they like, and nobody else does', async () => {
  const [ada, ben] = [await signUp('Ada'), await signUp('Ben')];
  const input = { theme: 'DARK', notificationChannels: ['IN_APP', 'EMAIL'], generation: { style: 'ink' } };
  const liked = { ...input, emailDigest: 'NEVER' };
  expect((await ada.data(update, { id: ada.id, input })).userPreferencesUpdate).toEqual({
    user: { preferences: liked },
    userErrors: [],
  });
  expect((await ben.data(update, { id: ada.id, input: { theme: 'LIGHT' } })).userPreferencesUpdate).toEqual({
    user: null,
    userErrors: [{ code: 'FORBIDDEN' }],
  });
  const read = 'query($id: ID!) { user(id: $id) { preferences { theme } } }';
  expect(await ben.data(read, { id: ada.id })).toEqual({ user: { preferences: null } });
  expect(await ada.data(read, { id: ada.id })).toEqual({ user: { preferences: { theme: 'DARK' } } });
  expect((await client().query(update, { id: ada.id, input: {} })).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
});

test('an administrator finds people by a part of their name', async () => {
  const name = `Zephyrine${Date.now()}`;
  const zephyrine = await signUp(name);
  const search = 'query($query: String) { users(query: $query) { nodes { id } } }';
  const administrator = await logIn(inject('kronosAdministrator'));
  expect(await administrator.data(search, { query: name.slice(2).toUpperCase() })).toEqual({
    users: { nodes: [{ id: zephyrine.id }] },
  });
  expect((await zephyrine.query(search, { query: name })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

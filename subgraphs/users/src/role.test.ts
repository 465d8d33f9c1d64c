import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allScopes, createTestUsers, type TestUsers } from './testing/test-users.ts';

let users: TestUsers;
beforeAll(async () => {
  users = await createTestUsers();
});
afterAll(() => users[Symbol.asyncDispose]());

test('roles come highest first, with what they allow', async () => {
  const { data } = await users.execute('{ roles { name permissions { scope description } } }', {}, {});

  expect(data?.roles.map((role: { name: string }) => role.name)).toEqual(['admin', 'premium', 'user']);
  expect(data?.roles[0].permissions.map((permission: { scope: string }) => permission.scope)).toEqual(
    allScopes,
  );
  expect(data?.roles[2].permissions).toEqual([]);
});

test('a role is found by its name and by its id', async () => {
  const byName = await users.execute('{ role(name: "premium") { id name description } }', {}, {});
  const byId = await users.execute(
    'query ($id: ID!) { role(id: $id) { id name description } }',
    { id: byName.data?.role.id },
    {},
  );

  expect(byName.data?.role.name).toBe('premium');
  expect(byId.data).toEqual(byName.data);
});

test('an unknown role is null', async () => {
  const { data, errors } = await users.execute(
    'query ($id: ID!) { byName: role(name: "king") { id } byId: role(id: $id) { id } }',
    { id: encodeId('role', newId()) },
    {},
  );

  expect({ data, errors }).toEqual({ data: { byName: null, byId: null }, errors: undefined });
});

test.each([
  ['neither', '{ role { id } }'],
  ['both', '{ role(id: "role_1", name: "admin") { id } }'],
  ['an id of something else', '{ role(id: "user_01h455vb4pex5vsknk084sn02q") { id } }'],
])('%s is a bad request', async (_what, query) => {
  const { errors } = await users.execute(query, {}, {});

  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('permissions come in alphabetical order', async () => {
  const { data } = await users.execute('{ permissions { scope description } }', {}, {});
  const scopes = data?.permissions.map((permission: { scope: string }) => permission.scope);

  expect(scopes).toEqual([...scopes].sort());
  expect(scopes).toContain('quota:premium');
});

test('other subgraphs refer to a role by id or by name, for whoever is logged in', async () => {
  const { data: known } = await users.execute('{ role(name: "admin") { id } }', {}, {});
  const query = 'query ($who: [_Any!]!) { _entities(representations: $who) { ... on Role { name } } }';
  const who = [
    { __typename: 'Role', id: known?.role.id },
    { __typename: 'Role', name: 'premium' },
    { __typename: 'Role', id: 'nonsense' },
    { __typename: 'Role', name: 'king' },
  ];
  const { data } = await users.execute(query, { who }, {});
  expect(data?._entities).toEqual([{ name: 'admin' }, { name: 'premium' }, null, null]);

  const toStranger = await users.execute(query, { who });
  expect(toStranger.data?._entities).toEqual([null, null, null, null]);
  expect(toStranger.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
});

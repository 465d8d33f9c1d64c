import { encodeId, newId } from '@kronos/subgraph';
import { type Actor, createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const fields = `allowed reason path { node { __typename id ... on Role { name } ... on Group { name } } }`;
const checkDocument = `query ($i: AccessCheckInput!) { accessCheck(input: $i) { ${fields} } }`;
const checksDocument = `query ($i: [AccessCheckInput!]!) { accessChecks(inputs: $i) { allowed reason } }`;

let users: TestUsers;
let ada: Person;
const administrator: Actor = { scopes: allScopes };

beforeAll(async () => {
  users = await createTestUsers();
});
beforeEach(async () => {
  ada = await users.signUp('Ada');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
});
afterAll(() => users[Symbol.asyncDispose]());

const check = async (input: object, as: Actor = administrator, by: Pick<TestUsers, 'execute'> = users) => {
  const { data, errors } = await by.execute(checkDocument, { i: { subjectId: ada.id, ...input } }, as);
  return data?.accessCheck ?? errors?.[0]?.extensions?.code;
};
const run = async (document: string, variables: object) => {
  const { data, errors } = await users.execute(document, variables, administrator);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data!)[0];
};
const assign = (role: string) =>
  run('mutation ($i: RoleAssignInput!) { roleAssign(input: $i) { userErrors { code } } }', {
    i: { userId: ada.id, role },
  });
const grant = (input: object) =>
  run(
    'mutation ($i: AclEntryGrantInput!) { aclEntryGrant(input: $i) { aclEntry { id } userErrors { code } } }',
    {
      i: { subjectId: ada.id, action: 'events:read', ...input },
    },
  );

test('the document of the issue runs as it is', async () => {
  const document = 'query($i: AccessCheckInput!) { accessCheck(input: $i) { allowed reason } }';
  const { data } = await users.execute(document, { i: { subjectId: ada.id, action: 'users:admin' } }, ada);

  expect(data?.accessCheck).toEqual({ allowed: false, reason: 'NONE' });
});

test('the path leads from a person by their group and what its role inherits', async () => {
  const make = (name: string, more: object) =>
    run('mutation ($i: RoleCreateInput!) { roleCreate(input: $i) { role { id } } }', {
      i: { name, ...more },
    });
  await make('reader', { permissions: ['users:read'] });
  await make('clerk', { permissions: [], inherits: ['reader'] });
  const { group } = await run(
    'mutation ($i: GroupCreateInput!) { groupCreate(input: $i) { group { id } } }',
    {
      i: { name: 'Clerks', roles: ['clerk'] },
    },
  );
  await run(
    'mutation ($id: ID!, $i: GroupMembersUpdateInput!) { groupMembersUpdate(id: $id, input: $i) { userErrors { code } } }',
    {
      ...{ id: group.id, i: { add: [ada.id] } },
    },
  );

  expect(await check({ action: 'users:read' }, ada)).toEqual({
    ...{ allowed: true, reason: 'ROLE' },
    path: [
      { node: { __typename: 'User', id: ada.id } },
      { node: { __typename: 'Group', id: group.id, name: 'Clerks' } },
      { node: { __typename: 'Role', id: expect.any(String), name: 'clerk' } },
      { node: { __typename: 'Role', id: expect.any(String), name: 'reader' } },
    ],
  });
});

test('entries, ownership and what is kept from someone decide together', async () => {
  const uuid = newId();
  const resourceId = encodeId('event', uuid);
  const asked = { action: 'events:read', resourceId };
  expect(await check(asked)).toEqual({ allowed: false, reason: 'NONE', path: [] });

  const { aclEntry } = await grant({ resourceId });
  expect(await check(asked)).toMatchObject({
    ...{ allowed: true, reason: 'ENTRY' },
    path: [{ node: { id: ada.id } }, { node: { __typename: 'AclEntry', id: aclEntry.id } }],
  });
  expect(await check({ ...asked, action: 'events:update' })).toMatchObject({ allowed: false });
  await users.events.publish('eventOwned', { eventId: uuid, organizerId: ada.userId });
  await expect
    .poll(async () => (await check({ ...asked, action: 'events:update' })).reason, { timeout: 5_000 })
    .toBe('OWNER');

  await grant({ resourceType: 'event', effect: 'DENY' });
  expect(await check(asked)).toMatchObject({ allowed: false, reason: 'DENIED' });
});

test('one asks about oneself, readers about everyone', async () => {
  const eve = await users.signUp('Eve');
  const asked = { action: 'users:read' };

  expect(await check(asked, ada)).toMatchObject({ allowed: false });
  expect(await check(asked, eve)).toBe('FORBIDDEN');
  expect(await check(asked, { ...eve, scopes: ['acl:read'] })).toMatchObject({ allowed: false });
  const nobody = { ...asked, subjectId: encodeId('user', newId()) };
  expect(await check(nobody)).toEqual({ allowed: false, reason: 'UNKNOWN', path: [] });
});

test('who has signed up a moment ago is known', async () => {
  const eve = await users.signUp('Eve');

  expect(await check({ subjectId: eve.id, action: 'users:read' })).toMatchObject({ reason: 'NONE' });
});

test.each([
  ['a subject that is no person', { subjectId: encodeId('role', newId()), action: 'users:read' }],
  ['an action that is none', { action: 'everything' }],
  ['a resource that is none', { action: 'users:read', resourceId: 'nonsense' }],
  ['a type that is none', { action: 'users:read', resourceType: 'No type' }],
  [
    'a thing and a type',
    { action: 'users:read', resourceId: encodeId('event', newId()), resourceType: 'event' },
  ],
])('%s is a bad request', async (_what, input) => {
  expect(await check(input)).toBe('BAD_USER_INPUT');
});

test('many questions are answered in their order, and too many are refused', async () => {
  await assign('premium');
  const ask = (actions: string[], as: Actor = ada) =>
    users.execute(checksDocument, { i: actions.map((action) => ({ subjectId: ada.id, action })) }, as);

  const { data } = await ask(['users:read', 'quota:premium', 'users:read']);
  expect(data?.accessChecks).toEqual([
    { allowed: false, reason: 'NONE' },
    { allowed: true, reason: 'ROLE' },
    { allowed: false, reason: 'NONE' },
  ]);
  const many = await ask(Array.from({ length: 101 }, () => 'users:read'));
  expect(many.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  const others = await ask(['users:read'], await users.signUp('Eve'));
  expect(others.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('what another process changes counts here', async () => {
  await using other = await createTestSubgraph(createSubgraph, users.environment);
  const resourceId = encodeId('event', newId());
  const here = async () => (await check({ action: 'events:read', resourceId })).reason;
  const there = async () => (await check({ action: 'events:read', resourceId }, administrator, other)).reason;
  const { aclEntry } = await grant({ resourceId });
  await expect.poll(there).toBe('ENTRY');

  // Both have it in memory now, and the entry is taken back in one.
  expect([await here(), await there()]).toEqual(['ENTRY', 'ENTRY']);
  await run('mutation ($id: ID!) { aclEntryRevoke(id: $id) { userErrors { code } } }', { id: aclEntry.id });
  expect(await here()).toBe('NONE');
  await expect.poll(there, { timeout: 2_000 }).toBe('NONE');
});

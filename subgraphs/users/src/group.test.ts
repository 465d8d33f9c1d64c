import { encodeId, newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const fields = 'group { id name description roles { name } } userErrors { code field }';
const documents = {
  groupCreate: `mutation ($input: GroupCreateInput!) { groupCreate(input: $input) { ${fields} } }`,
  groupUpdate: `mutation ($id: ID!, $input: GroupUpdateInput!) { groupUpdate(id: $id, input: $input) { ${fields} } }`,
  groupDelete: `mutation ($id: ID!) { groupDelete(id: $id) { ${fields} } }`,
  groupMembersUpdate: `mutation ($id: ID!, $input: GroupMembersUpdateInput!) {
    groupMembersUpdate(id: $id, input: $input) { ${fields} } }`,
};

let users: TestUsers;
let ada: Person;
let bob: Person;
const administrator: Actor = { scopes: allScopes };

beforeAll(async () => {
  users = await createTestUsers();
});
beforeEach(async () => {
  ada = await users.signUp('Ada');
  bob = await users.signUp('Bob');
});
afterAll(() => users[Symbol.asyncDispose]());

async function run(field: keyof typeof documents, variables: object, as = administrator) {
  const { data, errors } = await users.execute(documents[field], variables, as);
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.[field];
}
const codes = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);

let count = 0;
async function given(roles: string[] = [], add: string[] = []): Promise<{ id: string; name: string }> {
  count += 1;
  const { group, userErrors } = await run('groupCreate', { input: { name: `Group ${count}`, roles } });
  expect(userErrors).toEqual([]);
  if (add.length > 0)
    expect(codes(await run('groupMembersUpdate', { id: group.id, input: { add } }))).toEqual([]);
  return group;
}

async function lastAnnounced(person: Person) {
  const row = await users.db.outbox.findFirst({
    where: { key: person.userId, name: 'accessChanged' },
    orderBy: { sequence: 'desc' },
  });
  return row?.payload as { roles: string[]; scopes: string[]; groups: string[] } | undefined;
}

test('a group gives its members its roles', async () => {
  const group = await given(['premium'], [ada.id, bob.id]);

  expect(await lastAnnounced(ada)).toMatchObject({ roles: ['premium', 'user'], scopes: ['quota:premium'] });
  const query = `query ($id: ID!, $group: ID!) {
    user(id: $id) { role { name } assignedRoles { name } groups { id name } permissions { scope } }
    group(id: $group) { name roles { name } members { nodes { id } totalCount } } }`;
  const { data } = await users.execute(query, { id: ada.id, group: group.id }, administrator);
  expect(data).toEqual({
    user: {
      role: { name: 'premium' },
      assignedRoles: [{ name: 'user' }],
      groups: [{ id: group.id, name: group.name }],
      permissions: [{ scope: 'quota:premium' }],
    },
    group: {
      ...{ name: group.name, roles: [{ name: 'premium' }] },
      members: { nodes: expect.arrayContaining([{ id: ada.id }, { id: bob.id }]), totalCount: 2 },
    },
  });
});

test('whoever leaves, or whose group changes or goes, loses what they had by it', async () => {
  const group = await given(['premium'], [ada.id, bob.id]);
  await run('groupMembersUpdate', { id: group.id, input: { remove: [ada.id] } });
  expect(await lastAnnounced(ada)).toMatchObject({ scopes: [], groups: [] });

  await run('groupUpdate', { id: group.id, input: { roles: [] } });
  expect(await lastAnnounced(bob)).toMatchObject({ scopes: [], groups: [expect.any(String)] });

  expect((await run('groupDelete', { id: group.id })).group).toMatchObject({ id: group.id });
  expect(await lastAnnounced(bob)).toMatchObject({ groups: [] });
  expect(codes(await run('groupDelete', { id: group.id }))).toEqual(['NOT_FOUND']);
});

test('what changes nothing announces nothing', async () => {
  const group = await given(['premium'], [ada.id]);
  const before = await users.db.outbox.count();

  await run('groupMembersUpdate', { id: group.id, input: { add: [ada.id], remove: [bob.id] } });
  await run('groupUpdate', { id: group.id, input: { description: 'Us.', roles: ['premium'] } });
  expect(await users.db.outbox.count()).toBe(before);
});

test('a group is seen by its members and by those who may read people', async () => {
  const group = await given([], [ada.id]);
  const query = 'query ($id: ID!) { group(id: $id) { name members { totalCount } } }';
  const seenBy = async (as: Actor) => (await users.execute(query, { id: group.id }, as)).data?.group;

  expect(await seenBy(ada)).toEqual({ name: group.name, members: null });
  expect(await seenBy(bob)).toBeNull();
  expect(await seenBy({ scopes: ['users:read'] })).toEqual({ name: group.name, members: { totalCount: 1 } });

  const reference = 'query ($who: [_Any!]!) { _entities(representations: $who) { ... on Group { name } } }';
  const who = [
    { __typename: 'Group', id: group.id },
    { __typename: 'Group', id: 'nonsense' },
  ];
  expect((await users.execute(reference, { who }, ada)).data?._entities).toEqual([
    { name: group.name },
    null,
  ]);
  expect((await users.execute(reference, { who }, bob)).data?._entities).toEqual([null, null]);
});

test('groups come in pages, filtered and ordered', async () => {
  const [one, two] = [await given(['premium']), await given()];
  const query = `query ($filter: GroupFilter) { groups(filter: $filter, orderBy: [{field: NAME}]) { nodes { id roles { name } } totalCount } }`;
  const found = async (filter: object) =>
    (await users.execute(query, { filter }, administrator)).data?.groups;

  expect(await found({ id: { in: [two.id, one.id] } })).toEqual({
    nodes: [
      { id: one.id, roles: [{ name: 'premium' }] },
      { id: two.id, roles: [] },
    ],
    totalCount: 2,
  });
  expect(await found({ id: { in: [two.id, one.id] }, role: { eq: 'premium' } })).toMatchObject({
    nodes: [{ id: one.id }],
  });
});

test.each([
  ['a blank name', { name: ' ' }, 'REQUIRED', ['input', 'name']],
  ['an unknown role', { name: 'Kings', roles: ['king'] }, 'NOT_FOUND', ['input', 'roles']],
])('%s is refused', async (_what, input, code, field) => {
  expect((await run('groupCreate', { input })).userErrors).toEqual([{ code, field }]);
});

test('a login of long ago is not enough', async () => {
  const { id } = await given();
  const stale = { ...administrator, authenticatedAt: new Date(Date.now() - 16 * 60_000) };
  const changes = [
    ['groupCreate', { input: { name: 'Us' } }],
    ['groupUpdate', { id, input: {} }],
    ['groupDelete', { id }],
    ['groupMembersUpdate', { id, input: {} }],
  ] as const;

  for (const [field, variables] of changes)
    expect(codes(await run(field, variables, stale))).toEqual(['STEP_UP_REQUIRED']);
});

test('names are taken once', async () => {
  const [one, two] = [await given(), await given()];
  const taken = [{ code: 'CONFLICT', field: ['input', 'name'] }];

  expect((await run('groupCreate', { input: { name: one.name } })).userErrors).toEqual(taken);
  expect((await run('groupUpdate', { id: two.id, input: { name: one.name } })).userErrors).toEqual(taken);
  expect(codes(await run('groupUpdate', { id: one.id, input: { name: one.name } }))).toEqual([]);
});

test('nobody gives by a group what they do not have', async () => {
  const group = await given(['premium']);
  const writer: Actor = { scopes: ['groups:write'] };
  const empty = await given();

  expect(codes(await run('groupCreate', { input: { name: 'Mine', roles: ['premium'] } }, writer))).toEqual([
    'FORBIDDEN',
  ]);
  expect(codes(await run('groupUpdate', { id: empty.id, input: { roles: ['premium'] } }, writer))).toEqual([
    'FORBIDDEN',
  ]);
  expect(codes(await run('groupMembersUpdate', { id: group.id, input: { add: [ada.id] } }, writer))).toEqual([
    'FORBIDDEN',
  ]);
  expect(codes(await run('groupMembersUpdate', { id: empty.id, input: { add: [ada.id] } }, writer))).toEqual(
    [],
  );
});

test('nobody joins a group for what is shared with it', async () => {
  const group = await given();
  const share = `mutation ($input: AclEntryGrantInput!) { aclEntryGrant(input: $input) { userErrors { code } } }`;
  const resourceId = encodeId('event', newId());
  const input = { subjectId: group.id, action: 'events:read', resourceId };
  expect((await users.execute(share, { input }, administrator)).data).toEqual({
    aclEntryGrant: { userErrors: [] },
  });
  const add = { id: group.id, input: { add: [ada.id] } };

  expect(await run('groupMembersUpdate', add, { ...ada, scopes: ['groups:write'] })).toMatchObject({
    userErrors: [{ code: 'FORBIDDEN' }],
  });
  expect(codes(await run('groupMembersUpdate', add, { scopes: ['groups:write', 'acl:write'] }))).toEqual([]);
});

test('who does not exist neither comes nor goes, and nobody does both', async () => {
  const { id } = await given();
  const nobody = encodeId('user', newId());

  expect((await run('groupMembersUpdate', { id, input: { add: [nobody] } })).userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['input', 'add'] },
  ]);
  expect((await run('groupMembersUpdate', { id, input: { remove: [id] } })).userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['input', 'remove'] },
  ]);
  const both = { add: [ada.id], remove: [ada.id] };
  expect((await run('groupMembersUpdate', { id, input: both })).userErrors).toEqual([
    { code: 'INVALID', field: ['input', 'remove'] },
  ]);
  const many = { add: Array.from({ length: 101 }, () => encodeId('user', newId())) };
  expect((await run('groupMembersUpdate', { id, input: many })).userErrors).toEqual([
    { code: 'INVALID', field: ['input', 'add'] },
  ]);
  expect(codes(await run('groupMembersUpdate', { id: nobody, input: {} }))).toEqual(['NOT_FOUND']);
});

test('the last administrator stays, also when they are one by a group', async () => {
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
  await users.db.userRole.deleteMany({ where: { role: { name: 'admin' } } });
  const { id } = await given(['admin'], [ada.id, bob.id]);

  expect(codes(await run('groupMembersUpdate', { id, input: { remove: [ada.id, bob.id] } }))).toEqual([
    'LAST_ADMIN',
  ]);
  expect(codes(await run('groupUpdate', { id, input: { roles: [] } }))).toEqual(['LAST_ADMIN']);
  expect(codes(await run('groupDelete', { id }))).toEqual(['LAST_ADMIN']);

  // Of two who leave at the same moment one stays.
  const outcomes = await Promise.all(
    [ada, bob].map((person) => run('groupMembersUpdate', { id, input: { remove: [person.id] } })),
  );
  expect(outcomes.flatMap(codes)).toEqual(['LAST_ADMIN']);
});

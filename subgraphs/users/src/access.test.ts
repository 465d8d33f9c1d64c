import { newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

let users: TestUsers;
let ada: Person;
let bob: Person;

beforeAll(async () => {
  users = await createTestUsers();
  ada = await users.signUp('Ada');
  bob = await users.signUp('Bob');
});
afterAll(() => users[Symbol.asyncDispose]());

const someone: Actor = { userId: newId() };

const operations = [
  ['user', '{ user(id: $id) { displayName } }'],
  ['users', '{ users { totalCount } }'],
  ['roles', '{ roles { name } }'],
  ['role', '{ role(name: "admin") { name } }'],
  ['permissions', '{ permissions { scope } }'],
  ['userUpdate', 'mutation { userUpdate(id: $id, input: {displayName: "X"}) { userErrors { code } } }'],
  ['roleAssign', 'mutation { roleAssign(input: {userId: $id, role: "admin"}) { userErrors { code } } }'],
  ['roleUnassign', 'mutation { roleUnassign(input: {userId: $id, role: "user"}) { userErrors { code } } }'],
  ['roleCreate', 'mutation { roleCreate(input: {name: "king", permissions: []}) { userErrors { code } } }'],
  ['roleUpdate', 'mutation { roleUpdate(id: $id, input: {}) { userErrors { code } } }'],
  ['roleDelete', 'mutation { roleDelete(id: $id) { userErrors { code } } }'],
  ['groups', '{ groups { totalCount } }'],
  ['group', '{ group(id: $id) { name } }'],
  ['groupCreate', 'mutation { groupCreate(input: {name: "Us"}) { userErrors { code } } }'],
  ['groupUpdate', 'mutation { groupUpdate(id: $id, input: {}) { userErrors { code } } }'],
  ['groupDelete', 'mutation { groupDelete(id: $id) { userErrors { code } } }'],
  ['aclEntries', '{ aclEntries { totalCount } }'],
  ['accessCheck', '{ accessCheck(input: {subjectId: $id, action: "users:read"}) { allowed } }'],
  ['accessChecks', '{ accessChecks(inputs: [{subjectId: $id, action: "users:read"}]) { allowed } }'],
  [
    'accessibleResources',
    '{ accessibleResources(input: {subjectId: $id, action: "events:read", resourceType: "event"}) { totalCount } }',
  ],
  [
    'resourceSubjects',
    '{ resourceSubjects(input: {action: "events:read", resourceId: $id}) { totalCount } }',
  ],
  [
    'aclEntryGrant',
    'mutation { aclEntryGrant(input: {subjectId: $id, action: "users:read", resourceId: $id}) { userErrors { code } } }',
  ],
  ['aclEntryRevoke', 'mutation { aclEntryRevoke(id: $id) { userErrors { code } } }'],
  ['groupMembersUpdate', 'mutation { groupMembersUpdate(id: $id, input: {}) { userErrors { code } } }'],
  [
    'userPreferencesUpdate',
    'mutation { userPreferencesUpdate(id: $id, input: {theme: DARK}) { userErrors { code } } }',
  ],
  ['dataExport', '{ dataExport(id: "data_export_01jqj4b7q9fc0bj9q4nyx9dxn0") { id } }'],
  ['userErase', 'mutation { userErase(id: $id, input: {}) { userErrors { code } } }'],
  ['userEraseCancel', 'mutation { userEraseCancel(id: $id) { userErrors { code } } }'],
  ['userDataExport', 'mutation { userDataExport(id: $id) { userErrors { code } } }'],
  ['userSuspend', 'mutation { userSuspend(id: $id, input: {reason: "fraud"}) { userErrors { code } } }'],
  ['userReinstate', 'mutation { userReinstate(id: $id) { userErrors { code } } }'],
] as const;

/** `$id` becomes a literal, so that one text serves fields with and without it. */
const about = (person: Person, operation: string) => operation.replaceAll('$id', JSON.stringify(person.id));

describe('without a token', () => {
  test.each(operations)('%s is refused', async (_field, operation) => {
    const { data, errors } = await users.execute(about(ada, operation));

    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
  });

  test.each([
    ['userUpdated', 'subscription { userUpdated { user { id } } }'],
    ['accessChanged', 'subscription { accessChanged { user { id } } }'],
  ])('%s is refused', async (_field, operation) => {
    await using stream = await users.subscribe(operation);

    expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe("with a stranger's token", () => {
  const open = [
    ...['user', 'roles', 'role', 'permissions', 'userUpdate', 'group'],
    ...['aclEntryGrant', 'aclEntryRevoke'],
    ...['userPreferencesUpdate', 'dataExport', 'userErase', 'userEraseCancel', 'userDataExport'],
  ];

  test.each(operations.filter(([field]) => !open.includes(field)))(
    '%s is for holders of a scope',
    async (_field, operation) => {
      const { errors } = await users.execute(about(ada, operation), {}, bob);

      expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
    },
  );

  test('a profile stays as it is', async () => {
    const { data } = await users.execute(
      'mutation ($id: ID!) { userUpdate(id: $id, input: {displayName: "X"}) { user { id } userErrors { code field } } }',
      { id: ada.id },
      bob,
    );

    expect(data?.userUpdate).toEqual({ user: null, userErrors: [{ code: 'FORBIDDEN', field: ['id'] }] });
  });

  test.each([
    ['userUpdated', 'subscription ($id: ID) { userUpdated(id: $id) { user { id } } }'],
    ['accessChanged', 'subscription ($id: ID) { accessChanged(userId: $id) { user { id } } }'],
  ])('%s of another is refused', async (_field, operation) => {
    await using stream = await users.subscribe(operation, { id: ada.id }, bob);

    expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  });

  const profile = `query ($id: ID!) { user(id: $id) {
    displayName avatarUrl locale timeZone status role { name } roles { name } assignedRoles { name } groups { id } permissions { scope } createdAt updatedAt } }`;

  test('a profile shows what is public', async () => {
    const { data } = await users.execute(profile, { id: ada.id }, someone);

    expect(data?.user).toEqual({
      displayName: 'Ada',
      avatarUrl: null,
      locale: null,
      timeZone: null,
      status: null,
      role: null,
      roles: null,
      assignedRoles: null,
      groups: null,
      permissions: null,
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
  });

  test.each([
    ['oneself', () => ada],
    ['a holder of users:read', () => ({ ...someone, scopes: ['users:read'] })],
  ])('%s sees all of it', async (_who, actor) => {
    const { data } = await users.execute(profile, { id: ada.id }, actor());

    expect(data?.user).toMatchObject({
      status: 'ACTIVE',
      role: { name: 'user' },
      roles: [{ name: 'user' }],
      permissions: [],
    });
  });
});

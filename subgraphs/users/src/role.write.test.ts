import { encodeId, newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const fields = `role { id name description rank builtIn permissions { scope } ownPermissions { scope } inherits { name } }
  userErrors { code field details }`;
const documents = {
  roleCreate: `mutation ($input: RoleCreateInput!) { roleCreate(input: $input) { ${fields} } }`,
  roleUpdate: `mutation ($id: ID!, $input: RoleUpdateInput!) { roleUpdate(id: $id, input: $input) { ${fields} } }`,
  roleDelete: `mutation ($id: ID!) { roleDelete(id: $id) { ${fields} } }`,
  roleAssign: `mutation ($input: RoleAssignInput!) { roleAssign(input: $input) { userErrors { code field } } }`,
  roleUnassign: `mutation ($input: RoleUnassignInput!) { roleUnassign(input: $input) { userErrors { code field } } }`,
};

let users: TestUsers;
let ada: Person;
const administrator: Actor = { scopes: allScopes };

beforeAll(async () => {
  users = await createTestUsers();
});
beforeEach(async () => {
  ada = await users.signUp('Ada');
});
afterAll(() => users[Symbol.asyncDispose]());

async function run(field: keyof typeof documents, variables: object, as = administrator) {
  const { data, errors } = await users.execute(documents[field], variables, as);
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.[field];
}

let count = 0;
/** A role of a new name; its id and name. */
async function given(permissions: string[], inherits: string[] = []): Promise<{ id: string; name: string }> {
  count += 1;
  const { role, userErrors } = await run('roleCreate', {
    input: { name: `role-${count}`, permissions, inherits },
  });
  expect(userErrors).toEqual([]);
  return role;
}
const assign = (role: string) => run('roleAssign', { input: { userId: ada.id, role } });
const idOf = async (name: string) => {
  const { id } = await users.db.role.findUniqueOrThrow({ where: { name } });
  return encodeId('role', id);
};
const codes = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);

/** What was last announced of Ada. */
async function lastAnnounced() {
  const row = await users.db.outbox.findFirst({
    where: { key: ada.userId, name: 'accessChanged' },
    orderBy: { sequence: 'desc' },
  });
  return row?.payload;
}

test('a role is made with what it allows and inherits', async () => {
  const input = { name: 'editor', description: ' Edits. ', permissions: ['events:moderate'] };
  const { role, userErrors } = await run('roleCreate', { input: { ...input, inherits: ['premium'] } });

  expect(userErrors).toEqual([]);
  expect(role).toEqual({
    ...{
      id: expect.stringMatching(/^role_/),
      name: 'editor',
      description: 'Edits.',
      rank: 1,
      builtIn: false,
    },
    permissions: [{ scope: 'events:moderate' }, { scope: 'quota:premium' }],
    ownPermissions: [{ scope: 'events:moderate' }],
    inherits: [{ name: 'premium' }],
  });
});

test.each([
  ['a taken name', { name: 'admin', permissions: [] }, 'CONFLICT', ['input', 'name']],
  ['a name that is none', { name: 'The King', permissions: [] }, 'INVALID', ['input', 'name']],
  ['an unknown right', { name: 'king', permissions: ['x\0y'] }, 'NOT_FOUND', ['input', 'permissions']],
  [
    'an unknown role',
    { name: 'king', permissions: [], inherits: ['god'] },
    'NOT_FOUND',
    ['input', 'inherits'],
  ],
  ['a rank of administrators', { name: 'king', permissions: [], rank: 100 }, 'INVALID', ['input', 'rank']],
  [
    'too many rights',
    { name: 'king', permissions: Array.from({ length: 201 }, (_, index) => `a:${index}`) },
    'INVALID',
    ['input', 'permissions'],
  ],
])('%s is refused', async (_what, input, code, field) => {
  const { role, userErrors } = await run('roleCreate', { input });

  expect(role).toBeNull();
  expect(userErrors).toMatchObject([{ code, field }]);
});

describe('nobody gives what they do not have', () => {
  const writer: Actor = { scopes: ['roles:write', 'users:read'] };

  test.each([
    ['by a right', { permissions: ['users:read', 'users:write'] }, ['users:write'], 'permissions'],
    ['by inheritance', { permissions: [], inherits: ['premium'] }, ['quota:premium'], 'inherits'],
  ])('%s of a new role', async (_how, input, scopes, field) => {
    expect(await run('roleCreate', { input: { name: 'king', ...input } }, writer)).toMatchObject({
      role: null,
      userErrors: [{ code: 'FORBIDDEN', field: ['input', field], details: { scopes } }],
    });
  });

  test('by a change, which may leave what is there and take it', async () => {
    const { id } = await given(['users:write', 'roles:assign']);
    const update = (input: object) => run('roleUpdate', { id, input }, writer);

    expect(codes(await update({ permissions: ['users:write', 'roles:assign', 'auth:admin'] }))).toEqual([
      'FORBIDDEN',
    ]);
    expect(codes(await update({ inherits: ['premium'] }))).toEqual(['FORBIDDEN']);
    expect((await update({ permissions: ['users:write', 'users:read'] })).role.permissions).toEqual([
      { scope: 'users:read' },
      { scope: 'users:write' },
    ]);
  });
});

test('a change reaches everyone who has the role, through whatever inherits it', async () => {
  const base = await given(['users:read']);
  const middle = await given([], [base.name]);
  const top = await given(['events:moderate'], [middle.name]);
  await assign(top.name);
  const roles = [base.name, middle.name, top.name, 'user'];
  expect(await lastAnnounced()).toMatchObject({ scopes: ['events:moderate', 'users:read'] });

  await run('roleUpdate', { id: base.id, input: { permissions: ['quota:premium'] } });
  expect(await lastAnnounced()).toEqual({
    ...{ userId: ada.userId, scopes: ['events:moderate', 'quota:premium'], groups: [] },
    roles: expect.arrayContaining(roles),
  });
  await run('roleUpdate', { id: middle.id, input: { inherits: [] } });
  expect(await lastAnnounced()).toMatchObject({ scopes: ['events:moderate'] });

  const before = await users.db.outbox.count();
  await run('roleUpdate', { id: base.id, input: { description: 'Nobody has it.' } });
  await run('roleUpdate', { id: top.id, input: { permissions: ['events:moderate'] } });
  expect(await users.db.outbox.count()).toBe(before);
});

test('a profile and a role show what is inherited, and by whom it is held', async () => {
  const base = await given(['users:read']);
  const top = await given([], [base.name]);
  await assign(top.name);
  const query = `query ($id: ID!, $base: ID!) {
    user(id: $id) { roles { name } assignedRoles { name } permissions { scope } }
    role(id: $base) { users(first: 5) { nodes { id } totalCount } } }`;
  const variables = { id: ada.id, base: base.id };

  const { data } = await users.execute(query, variables, administrator);
  expect(data?.user).toEqual({
    roles: [{ name: base.name }, { name: top.name }, { name: 'user' }],
    assignedRoles: [{ name: top.name }, { name: 'user' }],
    permissions: [{ scope: 'users:read' }],
  });
  expect(data?.role.users).toEqual({ nodes: [{ id: ada.id }], totalCount: 1 });
  expect((await users.execute(query, variables, {})).data?.role).toEqual({ users: null });
});

test('a login of long ago is not enough', async () => {
  const { id } = await given([]);
  const stale = { ...administrator, authenticatedAt: new Date(Date.now() - 16 * 60_000) };
  const changes = [
    ['roleCreate', { input: { name: 'king', permissions: [] } }],
    ['roleUpdate', { id, input: {} }],
    ['roleDelete', { id }],
  ] as const;

  for (const [field, variables] of changes)
    expect(codes(await run(field, variables, stale))).toEqual(['STEP_UP_REQUIRED']);
});

test('no role inherits itself', async () => {
  const base = await given([]);
  const top = await given([], [base.name]);

  for (const { name } of [base, top])
    expect(codes(await run('roleUpdate', { id: base.id, input: { inherits: [name] } }))).toEqual([
      'CONFLICT',
    ]);
});

test('roles of every installation stay, with what they have there', async () => {
  const id = await idOf('premium');
  const admin = await idOf('admin');

  expect(codes(await run('roleDelete', { id }))).toEqual(['CONFLICT']);
  expect(codes(await run('roleUpdate', { id, input: { permissions: [] } }))).toEqual(['CONFLICT']);
  expect(codes(await run('roleUpdate', { id: admin, input: { rank: 1 } }))).toEqual(['CONFLICT']);
  const more = ['quota:premium', 'metrics:read'];
  expect(codes(await run('roleUpdate', { id, input: { permissions: more } }))).toEqual([]);
  expect(codes(await run('roleUpdate', { id, input: { permissions: ['quota:premium'] } }))).toEqual([]);
});

test('a role that is in use is not deleted', async () => {
  const base = await given([]);
  const top = await given([], [base.name]);
  await assign(base.name);

  expect(await run('roleDelete', { id: base.id })).toEqual({
    role: null,
    userErrors: [
      { code: 'ROLE_IN_USE', field: ['id'], details: { users: 1, roles: 1, groups: 0, aclEntries: 0 } },
    ],
  });
  expect((await run('roleDelete', { id: top.id })).role.name).toBe(top.name);
  await run('roleUnassign', { input: { userId: ada.id, role: base.name } });
  expect(codes(await run('roleDelete', { id: base.id }))).toEqual([]);
  expect(codes(await run('roleDelete', { id: base.id }))).toEqual(['NOT_FOUND']);
});

test('what does not exist is not found', async () => {
  for (const id of [encodeId('role', newId()), encodeId('user', newId()), 'nonsense']) {
    expect(codes(await run('roleUpdate', { id, input: {} }))).toEqual(['NOT_FOUND']);
    expect(codes(await run('roleDelete', { id }))).toEqual(['NOT_FOUND']);
  }
});

test('the last administrator stays, also when the right is inherited', async () => {
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
  await users.db.userRole.deleteMany({ where: { role: { name: 'admin' } } });
  const chief = await given([], ['admin']);
  await assign(chief.name);

  expect(codes(await run('roleUnassign', { input: { userId: ada.id, role: chief.name } }))).toEqual([
    'LAST_ADMIN',
  ]);
  expect(codes(await run('roleUpdate', { id: chief.id, input: { inherits: [] } }))).toEqual(['LAST_ADMIN']);
  expect(codes(await assign('admin'))).toEqual([]);
  expect(codes(await run('roleUpdate', { id: chief.id, input: { inherits: [] } }))).toEqual([]);
});

test('two that change roles at the same moment make no cycle', async () => {
  const [one, two] = [await given([]), await given([])];
  const outcomes = await Promise.all([
    run('roleUpdate', { id: one.id, input: { inherits: [two.name] } }),
    run('roleUpdate', { id: two.id, input: { inherits: [one.name] } }),
  ]);

  expect(outcomes.flatMap(codes)).toEqual(['CONFLICT']);
});

import { randomUUID } from 'node:crypto';
import { beforeAll, expect, inject, test } from 'vitest';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { createEvent, until } from '../kit/graph.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const check = 'query($i: AccessCheckInput!) { accessCheck(input: $i) { allowed reason } }';
const grant = `mutation($i: AclEntryGrantInput!) {
  aclEntryGrant(input: $i) { aclEntry { id subject { id } } userErrors { code } } }`;
const revoke = 'mutation($id: ID!) { aclEntryRevoke(id: $id) { userErrors { code } } }';
const byId = `query($id: ID!, $title: String!) {
  event(id: $id) { title } node(id: $id) { id } events(first: 5, query: $title) { nodes { id } } }`;
const rename = `mutation($id: ID!, $i: EventUpdateInput!) { eventUpdate(id: $id, input: $i) { userErrors { code } } }`;

let administrator: Client;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
});

/** The payload of a mutation. */
async function run(by: Client, document: string, variables: Record<string, unknown>): Promise<Json> {
  return Object.values(await by.data(document, variables))[0];
}
const codes = (payload: Json): string[] => payload.userErrors.map(({ code }: Json) => code);
/** Someone's token with all that they may do by now. */
const anew = ({ email, password }: Person) => logIn({ email, password });
const scopesOf = async (by: Client): Promise<string[]> =>
  (await by.data('{ viewer { scopes } }')).viewer.scopes;

test('roles are made, inherited, held by groups and taken apart again, by those who may', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  const name = (what: string) => `${what}-${randomUUID().slice(0, 8)}`;
  const createRole = `mutation($i: RoleCreateInput!) { roleCreate(input: $i) { role { id name } userErrors { code } } }`;
  const updateRole = `mutation($id: ID!, $i: RoleUpdateInput!) { roleUpdate(id: $id, input: $i) { userErrors { code } } }`;
  const deleteRole = 'mutation($id: ID!) { roleDelete(id: $id) { userErrors { code } } }';
  const createGroup = `mutation($i: GroupCreateInput!) { groupCreate(input: $i) { group { id } userErrors { code } } }`;
  const updateGroup = `mutation($id: ID!, $i: GroupUpdateInput!) { groupUpdate(id: $id, input: $i) { userErrors { code } } }`;
  const deleteGroup = 'mutation($id: ID!) { groupDelete(id: $id) { userErrors { code } } }';
  const updateMembers = `mutation($id: ID!, $i: GroupMembersUpdateInput!) {
    groupMembersUpdate(id: $id, input: $i) { userErrors { code } } }`;

  for (const [document, variables] of [
    [createRole, { i: { name: name('mine'), permissions: [] } }],
    [updateRole, { id: ada.id, i: {} }],
    [deleteRole, { id: ada.id }],
    [createGroup, { i: { name: name('mine') } }],
    [updateGroup, { id: ada.id, i: {} }],
    [deleteGroup, { id: ada.id }],
    [updateMembers, { id: ada.id, i: {} }],
    ['{ groups { totalCount } }', {}],
  ] as const)
    expect((await eve.query(document, variables)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const { role: reader } = await run(administrator, createRole, {
    i: { name: name('reader'), permissions: ['users:read'] },
  });
  const { role: clerk } = await run(administrator, createRole, {
    i: { name: name('clerk'), permissions: [], inherits: [reader.name] },
  });
  const { group } = await run(administrator, createGroup, {
    i: { name: name('Clerks'), roles: [clerk.name] },
  });
  expect(codes(await run(administrator, updateMembers, { id: group.id, i: { add: [ada.id] } }))).toEqual([]);

  await waitUntil(async () => (await scopesOf(await anew(ada))).includes('users:read'));
  const path = `query($i: AccessCheckInput!) { accessCheck(input: $i) { allowed reason path { node { id } } } }`;
  const asked = { i: { subjectId: ada.id, action: 'users:read' } };
  expect((await (await anew(ada)).data(path, asked)).accessCheck).toEqual({
    ...{ allowed: true, reason: 'ROLE' },
    path: [ada.id, group.id, clerk.id, reader.id].map((id) => ({ node: { id } })),
  });
  expect((await eve.query(path, asked)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const seen = 'query($id: ID!) { group(id: $id) { roles { name } } node(id: $id) { id } }';
  expect((await (await anew(ada)).data(seen, { id: group.id })).group.roles).toEqual([{ name: clerk.name }]);
  expect((await eve.data('query($id: ID!) { group(id: $id) { name } }', { id: group.id })).group).toBeNull();
  const { groups } = await administrator.data(
    'query($id: ID!) { groups(filter: {id: {eq: $id}}) { nodes { members { nodes { id } } } } }',
    { id: group.id },
  );
  expect(groups.nodes).toEqual([{ members: { nodes: [{ id: ada.id }] } }]);

  expect(codes(await run(administrator, deleteRole, { id: reader.id }))).toEqual(['ROLE_IN_USE']);
  expect(codes(await run(administrator, updateRole, { id: clerk.id, i: { inherits: [] } }))).toEqual([]);
  await waitUntil(async () => !(await scopesOf(await anew(ada))).includes('users:read'));
  expect(codes(await run(administrator, updateGroup, { id: group.id, i: { roles: [] } }))).toEqual([]);
  expect(codes(await run(administrator, deleteGroup, { id: group.id }))).toEqual([]);
  for (const { id } of [clerk, reader])
    expect(codes(await run(administrator, deleteRole, { id }))).toEqual([]);
});

test('an organiser shares a PRIVATE event; what is kept from someone, and what ends, is theirs no more', async () => {
  const [olga, ada, eve] = [await signUp('Olga'), await signUp('Ada'), await signUp('Eve')];
  const title = `Shared${Date.now()}`;
  const { id } = await createEvent(olga, { title, visibility: 'PRIVATE' });
  /** In how many ways someone sees it: by its id, and in a list. While that changes, one may be ahead of the other. */
  const sightsOf = async (by: Client): Promise<number> => {
    const { event, events } = (await by.query(byId, { id, title })).data;
    return Number(event !== null) + events.nodes.length;
  };
  const share = (action: string, more: object = {}, by: Client = olga) =>
    run(by, grant, { i: { subjectId: ada.id, resourceId: id, action, ...more } });

  expect(await sightsOf(ada)).toBe(0);
  expect(codes(await share('events:read', {}, eve))).toEqual(['FORBIDDEN']);
  expect(
    (await client().query(grant, { i: { subjectId: ada.id, resourceId: id, action: 'events:read' } }))
      .errors?.[0]?.extensions.code,
  ).toBe('UNAUTHENTICATED');

  const told = await ada.listen('subscription { accessChanged { user { id } } }');
  const { aclEntry } = await share('events:read');
  expect((await until(told, () => true)).data.accessChanged.user.id).toBe(ada.id);
  await told.return?.();
  await waitUntil(async () => (await sightsOf(ada)) === 2);
  expect((await ada.data(byId, { id, title })).node).toEqual({ id });
  expect(await sightsOf(eve)).toBe(0);

  const asked = { i: { subjectId: ada.id, action: 'events:update', resourceId: id } };
  expect((await ada.data(check, asked)).accessCheck).toEqual({ allowed: false, reason: 'NONE' });
  expect(codes(await run(ada, rename, { id, i: { description: 'By Ada' } }))).toEqual(['FORBIDDEN']);
  await share('events:update', { expiresAt: new Date(Date.now() + 60_000).toISOString() });
  await waitUntil(
    async () => codes(await run(ada, rename, { id, i: { description: 'By Ada' } })).length === 0,
  );
  expect((await ada.data(check, asked)).accessCheck).toEqual({ allowed: true, reason: 'ENTRY' });
  const both = `query($i: [AccessCheckInput!]!) { accessChecks(inputs: $i) { reason } }`;
  expect((await olga.data(both, { i: [{ ...asked.i, subjectId: olga.id }] })).accessChecks).toEqual([
    { reason: 'OWNER' },
  ]);
  expect((await eve.query(both, { i: [asked.i] })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const mine = `query($i: AccessibleResourcesInput!) { accessibleResources(input: $i) { nodes { resourceId } totalCount } }`;
  const visible = { i: { subjectId: ada.id, action: 'events:read', resourceType: 'event' } };
  expect((await ada.data(mine, visible)).accessibleResources).toEqual({
    nodes: [{ resourceId: id }],
    totalCount: 1,
  });
  expect((await eve.query(mine, visible)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  const theirs = `query($i: ResourceSubjectsInput!) { resourceSubjects(input: $i) { edges { node { displayName } check { reason } } } }`;
  const who = { i: { action: 'events:read', resourceId: id } };
  expect((await olga.data(theirs, who)).resourceSubjects.edges).toEqual([
    { node: { displayName: 'Ada' }, check: { reason: 'ENTRY' } },
    { node: { displayName: 'Olga' }, check: { reason: 'OWNER' } },
  ]);
  expect((await eve.query(theirs, who)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const list = `query($f: AclEntryFilter) { aclEntries(filter: $f) { nodes { action effect } } }`;
  expect((await olga.data(list, { f: { resourceId: id } })).aclEntries.nodes).toHaveLength(2);
  expect((await eve.query(list, { f: { resourceId: id } })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');

  const { aclEntry: denied } = await share('events:read', { effect: 'DENY' });
  await waitUntil(async () => (await sightsOf(ada)) === 0);
  expect((await ada.data(check, { i: { ...asked.i, action: 'events:read' } })).accessCheck.reason).toBe(
    'DENIED',
  );
  expect(codes(await run(ada, revoke, { id: denied.id }))).toEqual(['FORBIDDEN']);
  expect(codes(await run(eve, revoke, { id: denied.id }))).toEqual(['NOT_FOUND']);
  expect(codes(await run(olga, revoke, { id: denied.id }))).toEqual([]);
  await waitUntil(async () => (await sightsOf(ada)) === 2);

  // Granted again, it ends in two seconds.
  await share('events:read', { expiresAt: new Date(Date.now() + 2_000).toISOString() });
  await waitUntil(async () => (await sightsOf(ada)) === 0);
  expect(codes(await run(administrator, revoke, { id: aclEntry.id }))).toEqual([]);
});

test('the administrator asks about anyone, and the last one stays', async () => {
  const ada = await signUp('Ada');
  const asked = { i: { subjectId: ada.id, action: 'users:admin' } };
  expect((await administrator.data(check, asked)).accessCheck).toEqual({ allowed: false, reason: 'NONE' });

  const { viewer } = await administrator.data('{ viewer { user { id } } }');
  const { users } = await administrator.data('{ users(filter: {role: {eq: "admin"}}) { totalCount } }');
  if (users.totalCount > 1) return;
  const unassign = 'mutation($i: RoleUnassignInput!) { roleUnassign(input: $i) { userErrors { code } } }';
  expect(codes(await run(administrator, unassign, { i: { userId: viewer.user.id, role: 'admin' } }))).toEqual(
    ['LAST_ADMIN'],
  );
});

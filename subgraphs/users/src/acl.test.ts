import { decodeId, encodeId, newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { doWhatIsDue } from './saga-clock.ts';
import { allScopes, createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const fields = `aclEntry { id action resourceId resourceType effect expiresAt grantedBy { id }
  subject { __typename id ... on User { displayName } ... on Role { name } } } userErrors { code field }`;
const grantDocument = `mutation ($input: AclEntryGrantInput!) { aclEntryGrant(input: $input) { ${fields} } }`;
const revokeDocument = `mutation ($id: ID!) { aclEntryRevoke(id: $id) { ${fields} } }`;

let users: TestUsers;
let olga: Person;
let ada: Person;
/** An event that Olga organises. */
let eventId: string;
const administrator: Actor = { scopes: allScopes };

beforeAll(async () => {
  users = await createTestUsers();
});
beforeEach(async () => {
  olga = await users.signUp('Olga');
  ada = await users.signUp('Ada');
  const uuid = newId();
  eventId = encodeId('event', uuid);
  await users.events.publish('eventOwned', { eventId: uuid, organizerId: olga.userId });
});
afterAll(() => users[Symbol.asyncDispose]());

async function run(document: string, variables: object, as: Actor) {
  const { data, errors } = await users.execute(document, variables, as);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data!)[0];
}
const grant = (input: object, as: Actor = olga) =>
  run(
    grantDocument,
    { input: { subjectId: ada.id, action: 'events:read', resourceId: eventId, ...input } },
    as,
  );
const revoke = (id: string, as: Actor = olga) => run(revokeDocument, { id }, as);
const codes = ({ userErrors }: { userErrors: { code: string }[] }) => userErrors.map(({ code }) => code);
const list = async (filter: object, as: Actor) => {
  const document = `query ($filter: AclEntryFilter) { aclEntries(filter: $filter) { nodes { id effect } totalCount } }`;
  const { data, errors } = await users.execute(document, { filter }, as);
  return data?.aclEntries ?? errors?.[0]?.extensions?.code;
};
const lastEvents = async (count: number) => {
  const rows = await users.db.outbox.findMany({ orderBy: { sequence: 'desc' }, take: count });
  return rows.reverse().map(({ name, payload }) => ({ name, ...(payload as object) }));
};

test('an owner shares what is theirs, and it is announced', async () => {
  const { aclEntry, userErrors } = await grant({ expiresAt: '2099-01-01T00:00:00.000Z' });

  expect(userErrors).toEqual([]);
  expect(aclEntry).toEqual({
    ...{ id: expect.stringMatching(/^acl_entry_/), action: 'events:read', effect: 'ALLOW' },
    ...{ resourceId: eventId, resourceType: 'event', expiresAt: '2099-01-01T00:00:00.000Z' },
    grantedBy: { id: olga.id },
    subject: { __typename: 'User', id: ada.id, displayName: 'Ada' },
  });
  expect(await lastEvents(2)).toMatchObject([
    {
      ...{ name: 'aclEntryChanged', subject: `user:${ada.userId}`, action: 'events:read', effect: 'ALLOW' },
      ...{ resourceType: 'event', expiresAt: '2099-01-01T00:00:00.000Z', isRevoked: false },
    },
    { name: 'accessChanged', userId: ada.userId },
  ]);
});

test('granting again changes when it ends; taking back ends it', async () => {
  const { aclEntry } = await grant({ expiresAt: '2099-01-01T00:00:00.000Z' });
  const again = await grant({});
  expect(again.aclEntry).toMatchObject({ id: aclEntry.id, expiresAt: null });

  expect((await revoke(aclEntry.id)).aclEntry).toMatchObject({ id: aclEntry.id });
  expect(await lastEvents(2)).toMatchObject([
    { name: 'aclEntryChanged', isRevoked: true },
    { name: 'accessChanged', userId: ada.userId },
  ]);
  expect(codes(await revoke(aclEntry.id))).toEqual(['NOT_FOUND']);
});

test('an entry for a role or a group reaches all who are meant', async () => {
  const group = await users.db.group.create({ data: { id: newId(), name: `Friends ${eventId}` } });
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
  await users.db.groupMember.create({ data: { groupId: group.id, userId: ada.userId } });
  const { id: roleId } = await users.db.role.findUniqueOrThrow({ where: { name: 'user' } });

  await grant({ subjectId: encodeId('group', group.id) }, administrator);
  expect(await lastEvents(2)).toMatchObject([
    { name: 'aclEntryChanged', subject: `group:${group.id}` },
    { name: 'accessChanged', userId: ada.userId, groups: [group.id] },
  ]);
  const forAll = await grant({ subjectId: encodeId('role', roleId) });
  expect(forAll.aclEntry.subject).toMatchObject({ __typename: 'Role', name: 'user' });
  expect(await lastEvents(1)).toMatchObject([{ name: 'aclEntryChanged', subject: 'role:user' }]);
});

describe('who may share', () => {
  test('not somebody else, unless they may share anything', async () => {
    expect((await grant({}, ada)).userErrors).toEqual([
      { code: 'FORBIDDEN', field: ['input', 'resourceId'] },
    ]);
    expect(codes(await grant({}, { ...ada, scopes: ['acl:write'] }))).toEqual([]);
  });

  test('nobody all things of a type, unless they may share anything', async () => {
    const everything = { resourceId: undefined, resourceType: 'event' };
    expect(codes(await grant(everything))).toEqual(['FORBIDDEN']);
    const { aclEntry } = await grant(everything, administrator);
    expect(aclEntry).toMatchObject({ resourceId: null, resourceType: 'event' });
    await revoke(aclEntry.id, administrator);
  });

  test('nobody a right that roles give: it is for all things', async () => {
    for (const as of [olga, administrator])
      expect((await grant({ action: 'events:moderate' }, as)).userErrors).toEqual([
        { code: 'INVALID', field: ['input', 'action'] },
      ]);
  });

  test('and who may take back: not the one who has it, nor a stranger, who knows of none', async () => {
    const { aclEntry } = await grant({});
    expect(codes(await revoke(aclEntry.id, ada))).toEqual(['FORBIDDEN']);
    expect(codes(await revoke(aclEntry.id, await users.signUp('Eve')))).toEqual(['NOT_FOUND']);
    expect(codes(await revoke(aclEntry.id, administrator))).toEqual([]);
  });

  test('a project by its owner, until it is no more', async () => {
    const projectId = newId();
    const resourceId = encodeId('project', projectId);
    await users.projects.publish('projectOwned', { projectId, userId: olga.userId });
    const { aclEntry } = await grant({ resourceId, action: 'projects:read' });
    expect(aclEntry).toMatchObject({ resourceId, resourceType: 'project' });
    expect(codes(await grant({ resourceId, action: 'projects:read' }, ada))).toEqual(['FORBIDDEN']);

    await users.projects.publish('projectDeleted', { projectId, userId: olga.userId });
    const revoked = () =>
      users.db.outbox.count({
        where: {
          name: 'aclEntryChanged',
          payload: { path: ['isRevoked'], equals: true },
          AND: {
            payload: { path: ['resourceId'], equals: projectId },
          },
        },
      });
    await expect.poll(revoked, { timeout: 5_000 }).toBe(1);
    expect(codes(await grant({ resourceId, action: 'projects:read' }))).toEqual(['FORBIDDEN']);
  });

  test('not with a role that is not everybody’s, unless they may share anything', async () => {
    const role = (name: string) => users.db.role.findUniqueOrThrow({ where: { name } });
    const subjectIdOf = async (name: string) => encodeId('role', (await role(name)).id);

    expect(await grant({ subjectId: await subjectIdOf('admin') })).toMatchObject({
      userErrors: [{ code: 'FORBIDDEN', field: ['input', 'subjectId'] }],
    });
    expect(codes(await grant({ subjectId: await subjectIdOf('user') }))).toEqual([]);
  });

  test('nobody under the name of another, who would keep it when that ends', async () => {
    const impersonation = { id: newId(), actorId: newId() };
    const { data, errors } = await users.execute(
      grantDocument,
      { input: { subjectId: ada.id, action: 'events:read', resourceId: eventId } },
      { ...olga, impersonation },
    );
    expect([data, errors?.[0]?.extensions?.code]).toEqual([null, 'FORBIDDEN']);
  });

  test('a person is their own to share', async () => {
    expect(codes(await grant({ action: 'users:greet', resourceId: olga.id }))).toEqual([]);
    expect(codes(await grant({ action: 'users:greet', resourceId: ada.id }))).toEqual(['FORBIDDEN']);
  });
});

test.each([
  ['an action that is none', { action: 'Read!' }, 'INVALID', ['input', 'action']],
  ['a resource that is none', { resourceId: 'nonsense' }, 'INVALID', ['input', 'resourceId']],
  ['no resource', { resourceId: null }, 'INVALID', ['input', 'resourceId']],
  ['a thing and a type', { resourceType: 'event' }, 'INVALID', ['input', 'resourceId']],
  ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'INVALID', ['input', 'expiresAt']],
  ['nobody', { subjectId: encodeId('user', newId()) }, 'NOT_FOUND', ['input', 'subjectId']],
  [
    'a subject of another kind',
    { subjectId: encodeId('event', newId()) },
    'NOT_FOUND',
    ['input', 'subjectId'],
  ],
])('%s is refused', async (_what, input, code, field) => {
  expect((await grant(input)).userErrors).toEqual([{ code, field }]);
});

test('an entry that has ended is taken back, also where it is kept', async () => {
  const { aclEntry } = await grant({ expiresAt: '2099-01-01T00:00:00.000Z' });
  await doWhatIsDue(users.db, new Date('2098-12-31T00:00:00.000Z'));
  expect(await list({ resourceId: eventId }, olga)).toMatchObject({ totalCount: 1 });
  await doWhatIsDue(users.db, new Date('2099-01-02T00:00:00.000Z'));

  expect(await list({ resourceId: eventId }, olga)).toMatchObject({ totalCount: 0 });
  expect(await lastEvents(2)).toMatchObject([
    { name: 'aclEntryChanged', entryId: decodeId('acl_entry', aclEntry.id), isRevoked: true },
    { name: 'accessChanged', userId: ada.userId },
  ]);
});

test('nothing is shared with who is erased', async () => {
  await grant({});
  await users.db.user.update({ where: { id: ada.userId }, data: { status: 'ERASED' } });
  expect((await grant({ action: 'events:update' })).userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['input', 'subjectId'] },
  ]);
});

test('two who grant the same at the same moment make one entry', async () => {
  const outcomes = await Promise.all([grant({}), grant({}), grant({})]);

  expect(outcomes.flatMap(codes)).toEqual([]);
  expect(new Set(outcomes.map(({ aclEntry }) => aclEntry.id)).size).toBe(1);
});

test('entries are listed for owners, for those whom they concern, and for readers', async () => {
  const { aclEntry } = await grant({});
  const { aclEntry: denied } = await grant({ effect: 'DENY' });
  const both = {
    nodes: [
      { id: denied.id, effect: 'DENY' },
      { id: aclEntry.id, effect: 'ALLOW' },
    ],
    totalCount: 2,
  };

  expect(await list({ resourceId: eventId }, olga)).toEqual(both);
  expect(await list({ subjectId: ada.id }, ada)).toEqual(both);
  expect(
    await list({ subjectId: ada.id, effect: 'DENY', live: true }, { scopes: ['acl:read'] }),
  ).toMatchObject({
    nodes: [{ id: denied.id }],
  });
  expect(await list({ subjectId: ada.id, live: false }, ada)).toMatchObject({ totalCount: 0 });
  for (const filter of [{}, { subjectId: ada.id }, { resourceId: eventId }])
    expect(await list(filter, await users.signUp('Eve'))).toBe('FORBIDDEN');
});

test('other subgraphs refer to an entry that the viewer may see', async () => {
  const { aclEntry } = await grant({});
  const query = 'query ($who: [_Any!]!) { _entities(representations: $who) { ... on AclEntry { action } } }';
  const who = [
    { __typename: 'AclEntry', id: aclEntry.id },
    { __typename: 'AclEntry', id: 'nonsense' },
  ];
  const seenBy = async (as: Actor) => (await users.execute(query, { who }, as)).data?._entities;

  expect(await seenBy(ada)).toEqual([{ action: 'events:read' }, null]);
  expect(await seenBy(olga)).toEqual([{ action: 'events:read' }, null]);
  expect(await seenBy({ scopes: ['acl:read'] })).toEqual([{ action: 'events:read' }, null]);
  expect(await seenBy(await users.signUp('Eve'))).toEqual([null, null]);
});

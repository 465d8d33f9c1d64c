import { encodeId, newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestUsers, type Person, type TestUsers } from './testing/test-users.ts';

const accessible = `query ($i: AccessibleResourcesInput!, $first: Int, $after: String) {
  accessibleResources(input: $i, first: $first, after: $after) {
    everything nodes { resourceId check { allowed reason path { node { __typename } } } }
    pageInfo { hasNextPage endCursor } totalCount } }`;
const subjects = `query ($i: ResourceSubjectsInput!) {
  resourceSubjects(input: $i, first: 100) { edges { node { id } check { allowed reason } } totalCount } }`;
const check = `query ($i: [AccessCheckInput!]!) { accessChecks(inputs: $i) { allowed reason } }`;

let users: TestUsers;
let olga: Person;
let people: Person[];
let things: string[];
const reader: Actor = { scopes: ['acl:read'] };
const action = 'events:read';

beforeAll(async () => {
  users = await createTestUsers();
  olga = await users.signUp('Olga');
  people = [olga, await users.signUp('Ada'), await users.signUp('Bob')];
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: people[2]!.id }, olga);
  things = [newId(), newId()].sort();
  const owned = things.map((resourceId) => ({ resourceType: 'event', resourceId, ownerId: olga.userId }));
  await users.db.resourceOwner.create({ data: owned[0]! });
});
afterAll(() => users[Symbol.asyncDispose]());

async function run(document: string, variables: object, as: Actor = reader) {
  const { data, errors } = await users.execute(document, variables, as);
  return data ? Object.values(data)[0] : errors?.[0]?.extensions?.code;
}

test('what someone may see, and who may see it, agree with each single answer', async () => {
  const group = await users.db.group.create({ data: { id: newId(), name: 'Friends' } });
  const [base, heir] = [newId(), newId()];
  await users.db.role.create({ data: { id: base, name: 'base', rank: 1 } });
  await users.db.role.create({ data: { id: heir, name: 'heir', rank: 1 } });
  await users.db.roleInheritance.create({ data: { heirId: heir, inheritedId: base } });
  await users.db.groupMember.create({ data: { groupId: group.id, userId: people[1]!.userId } });
  await users.db.userRole.create({ data: { userId: people[2]!.userId, roleId: heir } });
  const who = [
    ...people.map(({ userId }) => ({ userId })),
    { groupId: group.id },
    { roleId: base },
    { roleId: heir },
  ];
  const entry = fc.record({
    who: fc.constantFrom(...who),
    effect: fc.constantFrom('ALLOW' as const, 'ALLOW' as const, 'DENY' as const),
    resourceId: fc.constantFrom(null, ...things, ...things),
    expiresAt: fc.constantFrom(null, new Date(0), new Date('2100-01-01')),
  });

  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 5 }), async (entries) => {
      await users.db.aclEntry.deleteMany();
      await users.db.aclEntry.createMany({
        data: entries.map(({ who: subject, ...rest }) => ({
          ...{ id: newId(), action, resourceType: 'event', ...subject, ...rest },
        })),
        skipDuplicates: true,
      });
      // Written past the mutations: this lets the memory forget, as the events of a mutation would.
      const forget = people.map(({ userId }) => ({ userId }));
      await users.db.outbox.createMany({
        data: forget.map((payload) => ({ id: newId(), name: 'userUpdated', key: payload.userId, payload })),
      });
      await expect.poll(() => users.db.outbox.count({ where: { position: null } })).toBe(0);
      await expect.poll(agree, { timeout: 3_000 }).toBe(true);
    }),
    { numRuns: 12 },
  );
}, 120_000);

/** Whether both lists have exactly what single checks allow, on all people and things. */
async function agree(): Promise<boolean> {
  const allowed = new Set<string>();
  for (const { id } of people) {
    const ids = things.map((thing) => encodeId('event', thing));
    const answers = await run(check, { i: ids.map((resourceId) => ({ subjectId: id, action, resourceId })) });
    ids.forEach((resourceId, index) => {
      if (answers[index].allowed) allowed.add(`${id} ${resourceId}`);
    });
  }
  const byPeople = new Set<string>();
  for (const { id } of people) {
    const list = await run(accessible, { i: { subjectId: id, action, resourceType: 'event' } });
    for (const { resourceId } of list.nodes) byPeople.add(`${id} ${resourceId}`);
    // Everything that is not listed by itself is allowed by what is for all of the type.
    if (list.everything) for (const key of allowed) if (key.startsWith(id)) byPeople.add(key);
  }
  const byThings = new Set<string>();
  for (const thing of things) {
    const resourceId = encodeId('event', thing);
    for (const { node } of (await run(subjects, { i: { action, resourceId } })).edges)
      if (people.some(({ id }) => id === node.id)) byThings.add(`${node.id} ${resourceId}`);
  }
  const same = (other: Set<string>) =>
    other.size === allowed.size && [...other].every((key) => allowed.has(key));
  return same(byPeople) && same(byThings);
}

test('lists come in pages, with reasons', async () => {
  const ada = await users.signUp('Ada');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: ada.id }, ada);
  const ids = Array.from({ length: 3 }, () => newId()).sort();
  await users.db.aclEntry.deleteMany();
  await users.db.aclEntry.createMany({
    data: ids.map((resourceId) => ({
      ...{
        id: newId(),
        userId: ada.userId,
        action,
        resourceType: 'event',
        resourceId,
        effect: 'ALLOW' as const,
      },
    })),
  });
  const i = { subjectId: ada.id, action, resourceType: 'event' };

  const one = await run(accessible, { i, first: 2 }, ada);
  expect(one).toMatchObject({ everything: false, pageInfo: { hasNextPage: true }, totalCount: 3 });
  expect(one.nodes[0]).toEqual({
    resourceId: encodeId('event', ids[0]!),
    check: {
      ...{ allowed: true, reason: 'ENTRY' },
      path: [{ node: { __typename: 'User' } }, { node: { __typename: 'AclEntry' } }],
    },
  });
  const two = await run(accessible, { i, first: 2, after: one.pageInfo.endCursor }, ada);
  expect(two.nodes.map(({ resourceId }: { resourceId: string }) => resourceId)).toEqual([
    encodeId('event', ids[2]!),
  ]);
  expect(await run(accessible, { i, first: 101 }, ada)).toBe('BAD_USER_INPUT');
  expect(await run(accessible, { i, after: 'nonsense' }, ada)).toBe('BAD_USER_INPUT');
  expect(await run(accessible, { i }, people[0])).toBe('FORBIDDEN');
});

test('who may see a thing is told to its owner and to readers', async () => {
  // An owner of this test's own: of Olga the memory may still have a refusal of the first test.
  const otto = await users.signUp('Otto');
  await users.execute('query ($id: ID!) { user(id: $id) { id } }', { id: otto.id }, otto);
  const resourceId = newId();
  await users.db.resourceOwner.create({ data: { resourceType: 'event', resourceId, ownerId: otto.userId } });
  const i = { action, resourceId: encodeId('event', resourceId) };

  expect((await run(subjects, { i }, otto)).edges).toContainEqual({
    ...{ node: { id: otto.id }, check: { allowed: true, reason: 'OWNER' } },
  });
  expect(await run(subjects, { i }, people[1])).toBe('FORBIDDEN');
  expect(await run(subjects, { i: { ...i, resourceId: 'nonsense' } })).toBe('BAD_USER_INPUT');
});

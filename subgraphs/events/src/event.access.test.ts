import type { EventPayload } from '@kronos/events';
import { newId } from '@kronos/subgraph';
import { createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestEvents, type Person, somebody, type TestEvents, uuidOf } from './test-kit.ts';

let kit: TestEvents;
/** The domain that says who may do what. */
let users: TestProducer;
let olga: Person;
let ada: Person;
/** A PRIVATE event of Olga's. */
let id: string;

beforeAll(async () => {
  kit = await createTestEvents();
  users = await createTestProducer('users', kit.redisUrl);
});
beforeEach(async () => {
  [olga, ada] = [somebody(), somebody()];
  ({ id } = await kit.given(olga, { visibility: 'PRIVATE', title: 'Secret' }));
});
afterAll(async () => {
  await users[Symbol.asyncDispose]();
  await kit[Symbol.asyncDispose]();
});

/** Announces an entry about Ada, and waits until it is known here. */
async function announce(more: Partial<EventPayload<'aclEntryChanged'>> = {}): Promise<string> {
  const entryId = more.entryId ?? newId();
  const eventId = await users.publish('aclEntryChanged', {
    ...{ entryId, subject: `user:${ada.userId}`, action: 'events:read', effect: 'ALLOW' },
    ...{ resourceType: 'event', resourceId: uuidOf(id), expiresAt: null, isRevoked: false, ...more },
  });
  await taken(eventId);
  return entryId;
}
const taken = (eventId: string) =>
  expect.poll(() => kit.db.inbox.count({ where: { eventId } }), { timeout: 5_000 }).toBe(1);

const sees = async (as: Person, roles = ['user']) => {
  const query = `query ($id: ID!, $who: [_Any!]!) {
    event(id: $id) { id } events(first: 100) { nodes { id } } _entities(representations: $who) { ... on Event { id } } }`;
  const variables = { id, who: [{ __typename: 'Event', id }] };
  const { data } = await kit.execute(query, variables, { ...as, roles });
  const answers = [
    data?.event?.id === id,
    data?.events.nodes.some((node: { id: string }) => node.id === id),
    data?._entities[0]?.id === id,
  ];
  // By name, in lists and as a reference it is the same.
  expect(new Set(answers).size).toBe(1);
  return answers[0];
};
const update = (as: Person) => kit.faults('eventUpdate', { id, input: { title: `T ${newId()}` } }, as);

test('a new event, a draft too, is announced with its owner', async () => {
  const draft = await kit.given(olga, { publish: false });
  const rows = await kit.db.outbox.findMany({ where: { name: 'eventOwned' } });

  expect(rows.map(({ payload }) => payload)).toContainEqual({
    ...{ eventId: uuidOf(draft.id), organizerId: olga.userId },
  });
});

test('a private event that is shared with someone is theirs to see, until it is taken back', async () => {
  expect(await sees(ada)).toBe(false);
  const entryId = await announce();
  expect(await sees(ada)).toBe(true);
  expect(await sees(somebody())).toBe(false);
  expect(await update(ada)).toEqual(['FORBIDDEN']);

  await announce({ entryId, isRevoked: true });
  expect(await sees(ada)).toBe(false);
});

test('who may update it may update it, publishing and cancelling are other things', async () => {
  await announce();
  await announce({ action: 'events:update' });

  expect(await update(ada)).toEqual([]);
  expect(await kit.faults('eventCancel', { id, input: {} }, ada)).toEqual(['FORBIDDEN']);
  await announce({ action: 'events:cancel' });
  expect(await kit.faults('eventCancel', { id, input: {} }, ada)).toEqual([]);

  ({ id } = await kit.given(olga, { publish: false }));
  await announce();
  await announce({ action: 'events:publish' });
  expect(await kit.faults('eventPublish', { id }, ada)).toEqual([]);
});

test('what is kept from someone is kept from them whatever allows it, the organiser too', async () => {
  await announce();
  await announce({ effect: 'DENY' });
  expect(await sees(ada)).toBe(false);

  await announce({ subject: `user:${olga.userId}`, action: 'events:update', effect: 'DENY' });
  expect(await update(olga)).toEqual(['FORBIDDEN']);
  expect(await sees(olga)).toBe(true);
});

test('an entry ends in time', async () => {
  await announce({ expiresAt: '2020-01-01T00:00:00.000Z' });
  expect(await sees(ada)).toBe(false);

  const soon = new Date(Date.now() + 1_000);
  const entryId = await announce({ expiresAt: soon.toISOString() });
  if (Date.now() < soon.getTime()) await kit.db.accessEntry.findUniqueOrThrow({ where: { id: entryId } });
  await expect.poll(() => sees(ada), { timeout: 5_000 }).toBe(false);
  expect(Date.now()).toBeGreaterThanOrEqual(soon.getTime());
});

test('entries for a role and for a group are for those who are in it', async () => {
  const groupId = newId();
  const joined = { userId: ada.userId, roles: ['user'], scopes: [], groups: [groupId] };
  await announce({ subject: `group:${groupId}` });
  expect(await sees(ada)).toBe(false);
  await taken(await users.publish('accessChanged', joined));
  expect(await sees(ada)).toBe(true);
  await taken(await users.publish('accessChanged', { ...joined, groups: [] }));
  expect(await sees(ada)).toBe(false);

  await announce({ subject: 'role:editor' });
  expect(await sees(ada)).toBe(false);
  expect(await sees(ada, ['editor', 'user'])).toBe(true);
});

test('a group that is deleted takes its entries along', async () => {
  const groupId = newId();
  await announce({ subject: `group:${groupId}` });
  await taken(await users.publish('groupDeleted', { groupId }));

  expect(await kit.db.accessEntry.count({ where: { subject: `group:${groupId}` } })).toBe(0);
});

test('entries on all events count for each', async () => {
  const all = { resourceId: null };
  const allowed = await announce(all);
  expect(await sees(ada)).toBe(true);
  expect(await sees(somebody())).toBe(false);
  const denied = await announce({ ...all, effect: 'DENY' });
  expect(await sees(ada)).toBe(false);
  for (const entryId of [allowed, denied]) await announce({ ...all, entryId, isRevoked: true });
});

test('entries on other types, and on events that never were, are passed over', async () => {
  const before = await kit.db.accessEntry.count();
  await announce({ resourceType: 'order' });
  await announce({ resourceId: newId() });

  expect(await kit.db.accessEntry.count()).toBe(before);
});

test('whoever it is shared with hears of its changes, until it is taken back', async () => {
  const entryId = await announce();
  await using stream = await kit.subscribe('subscription { eventUpdated { event { title } } }', {}, ada);
  const heard = async () => (await stream.message()).data?.eventUpdated.event.title;
  const rename = (which: string, title: string) =>
    kit.mutate('eventUpdate', { id: which, input: { title } }, olga);
  await rename(id, 'One');
  expect(await heard()).toBe('One');

  await announce({ entryId, isRevoked: true });
  await rename(id, 'Two');
  // What comes after it has been heard, so it was not only late.
  const { id: open } = await kit.given(olga, { visibility: 'PUBLIC' });
  await rename(open, 'For all');
  expect(await heard()).toBe('For all');

  await announce({ entryId });
  await rename(id, 'Three');
  expect(await heard()).toBe('Three');
});

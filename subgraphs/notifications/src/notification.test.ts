import { encodeId, newId } from '@kronos/subgraph';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  createTestNotifications,
  type Person,
  person,
  type TestNotifications,
} from './testing/test-notifications.ts';

let notifications: TestNotifications;
let ada: Person;
let eventId: string;

beforeAll(async () => {
  notifications = await createTestNotifications();
});
beforeEach(async () => {
  ada = person();
  eventId = newId();
  const event = { eventId, organizerId: newId(), title: 'Launch', visibility: 'PUBLIC' as const };
  await notifications.auth.publish('userCreated', {
    userId: ada.userId,
    displayName: 'Ada',
    roles: ['user'],
  });
  // The two domains' logs are read independently: their order is this test's to make.
  await notifications.titlesOf(ada, 1);
  await notifications.events.publish('eventCreated', event);
  await notifications.events.publish('registrationCreated', {
    registrationId: newId(),
    eventId,
    attendeeId: ada.userId,
  });
  await notifications.events.publish('eventUpdated', { ...event, changes: ['startsAt'] });
  await notifications.titlesOf(ada, 3);
});
afterAll(() => notifications[Symbol.asyncDispose]());

const list = async (args = '', as = ada) => {
  const { data, errors } = await notifications.execute(
    `query { notifications${args} {
      nodes { id kind title body readAt archivedAt recipient { id } event { id } }
      pageInfo { hasNextPage endCursor } totalCount } }`,
    {},
    as,
  );
  expect(errors).toBeUndefined();
  return data?.notifications;
};
const titles = async (args?: string) => (await list(args)).nodes.map((node: { title: string }) => node.title);
const unread = async () => {
  const { data } = await notifications.execute(
    'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { unreadNotificationCount } } }',
    { who: [{ __typename: 'User', id: ada.id }] },
    ada,
  );
  return data?._entities[0].unreadNotificationCount;
};
const change = async (field: string, id: string) => {
  const { data } = await notifications.execute(
    `mutation ($id: ID!) { ${field}(id: $id) { notification { title readAt archivedAt } userErrors { code } } }`,
    { id },
    ada,
  );
  return data?.[field];
};

test('notifications come newest first and say what they are about', async () => {
  const { nodes, totalCount } = await list();

  expect(totalCount).toBe(3);
  expect(nodes).toMatchObject([
    {
      kind: 'EVENT_UPDATED',
      title: 'Launch has changed',
      body: 'The organiser has changed its time.',
      event: { id: encodeId('event', eventId) },
    },
    { kind: 'REGISTRATION_CONFIRMED', event: { id: encodeId('event', eventId) } },
    { kind: 'WELCOME', title: 'Welcome, Ada', event: null, readAt: null, recipient: { id: ada.id } },
  ]);
  const lying = await notifications.raw.notification.findMany({ where: { recipientId: ada.userId } });
  for (const { title, body } of lying)
    for (const text of [title, body]) expect(text).toMatch(/^sealed:v1:person:/);
});

test('notifications come in pages', async () => {
  const first = await list('(first: 2)');
  const rest = await list(`(first: 2, after: ${JSON.stringify(first.pageInfo.endCursor)})`);

  expect(first.pageInfo.hasNextPage).toBe(true);
  expect(rest.pageInfo.hasNextPage).toBe(false);
  expect(rest.nodes).toMatchObject([{ kind: 'WELCOME' }]);
  expect(await titles('(last: 1)')).toEqual(['Welcome, Ada']);
});

test('what is read stays in the list, and the first time counts', async () => {
  const [newest] = (await list()).nodes;
  const first = await change('notificationMarkRead', newest.id);
  const second = await change('notificationMarkRead', newest.id);

  expect(first).toMatchObject({ notification: { readAt: expect.any(String) }, userErrors: [] });
  expect(second).toEqual(first);
  expect(await unread()).toBe(2);
  expect(await titles()).toHaveLength(3);
  expect(await titles('(unreadOnly: true)')).not.toContain('Launch has changed');
});

test('what is archived leaves the list unless asked for', async () => {
  const [newest] = (await list()).nodes;
  const payload = await change('notificationArchive', newest.id);

  expect(payload).toMatchObject({
    notification: { archivedAt: expect.any(String), readAt: null },
    userErrors: [],
  });
  expect(await titles()).not.toContain('Launch has changed');
  expect(await titles('(includeArchived: true)')).toContain('Launch has changed');
  expect(await unread()).toBe(2);
});

test('all are read at once', async () => {
  const markAll = async () => {
    const { data } = await notifications.execute(
      'mutation { notificationsMarkAllRead { markedCount userErrors { code } } }',
      {},
      ada,
    );
    return data?.notificationsMarkAllRead;
  };

  expect(await markAll()).toEqual({ markedCount: 3, userErrors: [] });
  expect(await markAll()).toEqual({ markedCount: 0, userErrors: [] });
  expect(await unread()).toBe(0);
});

test('one is found by its id, and an id of nothing is an error', async () => {
  const query = 'query ($id: ID!) { notification(id: $id) { title } }';
  const [newest] = (await list()).nodes;
  const found = await notifications.execute(query, { id: newest.id }, ada);
  const missing = await notifications.execute(query, { id: encodeId('notification', newId()) }, ada);
  const malformed = await notifications.execute(query, { id: ada.id }, ada);

  expect(found.data?.notification.title).toBe('Launch has changed');
  expect(missing.errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  expect(malformed.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
  expect(await change('notificationMarkRead', ada.id)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
});

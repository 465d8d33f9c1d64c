import { encodeId } from '@kronos/subgraph';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestNotifications, person, type TestNotifications } from './testing/test-notifications.ts';

const ada = person();
const bob = person();
let notifications: TestNotifications;
let id: string;

beforeAll(async () => {
  notifications = await createTestNotifications();
  await notifications.auth.publish('userCreated', {
    userId: ada.userId,
    displayName: 'Ada',
    roles: ['user'],
  });
  await notifications.titlesOf(ada, 1);
  const [row] = await notifications.db.notification.findMany({ where: { recipientId: ada.userId } });
  id = encodeId('notification', row?.id ?? '');
});
afterAll(() => notifications[Symbol.asyncDispose]());

const untouched = async () => {
  const rows = await notifications.db.notification.findMany({ where: { recipientId: ada.userId } });
  expect(rows).toMatchObject([{ readAt: null, archivedAt: null }]);
};

describe('without a token', () => {
  test.each([
    ['notifications', '{ notifications { totalCount } }'],
    ['notification', 'query ($id: ID!) { notification(id: $id) { title } }'],
    ['notificationMarkRead', 'mutation ($id: ID!) { notificationMarkRead(id: $id) { notification { id } } }'],
    ['notificationArchive', 'mutation ($id: ID!) { notificationArchive(id: $id) { notification { id } } }'],
    ['notificationsMarkAllRead', 'mutation { notificationsMarkAllRead { markedCount } }'],
  ])('%s is refused', async (_field, operation) => {
    const { data, errors } = await notifications.execute(operation, { id });

    expect(errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    expect(Object.values(data ?? {}).every((value) => value === null)).toBe(true);
    await untouched();
  });

  test('notificationReceived is refused', async () => {
    await using stream = await notifications.subscribe('subscription { notificationReceived { cursor } }');

    expect((await stream.message()).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  });
});

describe('what is someone else’s does not exist', () => {
  test('notification', async () => {
    const query = 'query ($id: ID!) { notification(id: $id) { title body } }';
    const { data, errors } = await notifications.execute(query, { id }, bob);

    expect(data).toEqual({ notification: null });
    expect(errors?.[0]?.extensions?.code).toBe('NOT_FOUND');
  });

  test.each(['notificationMarkRead', 'notificationArchive'])('%s', async (field) => {
    const mutation = `mutation ($id: ID!) { ${field}(id: $id) { notification { title } userErrors { code field } } }`;
    const { data } = await notifications.execute(mutation, { id }, bob);

    expect(data?.[field]).toEqual({ notification: null, userErrors: [{ code: 'NOT_FOUND', field: ['id'] }] });
    await untouched();
  });

  test('notificationsMarkAllRead', async () => {
    const mutation = 'mutation { notificationsMarkAllRead { markedCount } }';
    const { data } = await notifications.execute(mutation, {}, bob);

    expect(data?.notificationsMarkAllRead.markedCount).toBe(0);
    await untouched();
  });

  test('notifications', async () => {
    const { data } = await notifications.execute('{ notifications { nodes { id } totalCount } }', {}, bob);

    expect(data?.notifications).toEqual({ nodes: [], totalCount: 0 });
  });

  const entities = `query ($who: [_Any!]!) { _entities(representations: $who) {
    ... on Notification { title }
    ... on User { id unreadNotificationCount notifications { totalCount } } } }`;

  test.each([
    ['a stranger', bob],
    ['the anonymous', undefined],
    ['an administrator', { scopes: ['users:read', 'users:write', 'auth:admin'] }],
  ])('for %s who comes through another subgraph', async (_who, actor) => {
    const who = [
      { __typename: 'Notification', id },
      { __typename: 'User', id: ada.id },
    ];
    const { data, errors } = await notifications.execute(entities, { who }, actor);

    expect(errors).toBeUndefined();
    expect(data?._entities).toEqual([
      null,
      { id: ada.id, unreadNotificationCount: null, notifications: null },
    ]);
  });

  test('but it does for its recipient', async () => {
    const who = [
      { __typename: 'Notification', id },
      { __typename: 'User', id: ada.id },
    ];
    const { data } = await notifications.execute(entities, { who }, ada);

    expect(data?._entities).toEqual([
      { title: 'Welcome, Ada' },
      { id: ada.id, unreadNotificationCount: 1, notifications: { totalCount: 1 } },
    ]);
  });
});

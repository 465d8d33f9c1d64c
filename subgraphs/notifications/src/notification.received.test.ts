import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestNotifications, person, type TestNotifications } from './testing/test-notifications.ts';

const received =
  'subscription { notificationReceived { eventId occurredAt cursor notification { title readAt recipient { id } } } }';

let notifications: TestNotifications;
beforeAll(async () => {
  notifications = await createTestNotifications();
});
afterAll(() => notifications[Symbol.asyncDispose]());

const signUp = (userId: string, displayName: string) =>
  notifications.auth.publish('userCreated', { userId, displayName, roles: ['user'] });

test('each hears of their own alone', async () => {
  const ada = person();
  const bob = person();
  await using adas = await notifications.subscribe(received, {}, ada);
  await using bobs = await notifications.subscribe(received, {}, bob);
  await signUp(bob.userId, 'Bob');
  await signUp(ada.userId, 'Ada');
  const message = await adas.message();

  expect(message.data?.notificationReceived).toEqual({
    eventId: expect.stringMatching(/^evt_/),
    occurredAt: expect.any(String),
    cursor: message.cursor,
    notification: { title: 'Welcome, Ada', readAt: null, recipient: { id: ada.id } },
  });
  expect((await bobs.message()).data?.notificationReceived.notification.title).toBe('Welcome, Bob');
});

test('a right to read people gives no right to read their messages', async () => {
  const ada = person();
  const admin = { ...person(), scopes: ['users:read', 'users:write', 'auth:admin'] };
  await using stream = await notifications.subscribe(received, {}, admin);
  await signUp(ada.userId, 'Ada');
  await notifications.titlesOf(ada, 1);
  await signUp(admin.userId, 'Admin');

  expect((await stream.message()).data?.notificationReceived.notification.title).toBe('Welcome, Admin');
});

test('goes on after a cursor without loss', async () => {
  const ada = person();
  await using stream = await notifications.subscribe(received, {}, ada);
  const start = stream.lastEventId;
  await stream.return?.();
  await signUp(ada.userId, 'Ada');
  await notifications.titlesOf(ada, 1);
  await using resumed = await notifications.subscribe(received, {}, ada, start);

  expect((await resumed.message()).data?.notificationReceived.notification.title).toBe('Welcome, Ada');
});

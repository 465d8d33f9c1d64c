import { createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import {
  createTestNotifications,
  type Person,
  person,
  type TestNotifications,
} from './testing/test-notifications.ts';

let notifications: TestNotifications;
beforeAll(async () => {
  notifications = await createTestNotifications();
});
afterAll(() => notifications[Symbol.asyncDispose]());

const signUp = ({ userId }: Person, displayName: string) =>
  notifications.auth.publish('userCreated', { userId, displayName, roles: ['user'] });
const announced = ({ userId }: Person) => notifications.db.outbox.count({ where: { key: userId } });

test('whoever signs up is welcomed by name', async () => {
  const ada = person();
  await signUp(ada, 'Ada');

  expect(await notifications.titlesOf(ada, 1)).toEqual(['Welcome, Ada']);
  expect(await announced(ada)).toBe(1);
});

test('an event that is delivered again, to another process too, has no second effect', async () => {
  const bob = person();
  await signUp(bob, 'Bob');
  await notifications.titlesOf(bob, 1);
  const offset = () => notifications.db.consumerOffset.findFirst({ where: { domain: 'auth' } });
  const read = await offset();
  await notifications.db.consumerOffset.updateMany({ data: { position: 0 } });
  await using _second = await createTestSubgraph(createSubgraph, notifications.environment);
  // Nothing new has happened: only reading all of it again brings the offset back.
  await expect.poll(offset, { timeout: 10_000 }).toEqual(read);

  expect(await notifications.titlesOf(bob, 1)).toEqual(['Welcome, Bob']);
  expect(await announced(bob)).toBe(1);
});

test('whoever is impersonated is told, and nobody of what is ordinary', async () => {
  const eve = person();
  const raise = (kind: string, userId: string | null = eve.userId) =>
    notifications.auth.publish('securityEventRaised', { securityEventId: crypto.randomUUID(), userId, kind });
  await raise('LOGGED_IN');
  await raise('IMPERSONATION_STARTED', null);
  await raise('IMPERSONATION_STARTED');

  expect(await notifications.titlesOf(eve, 1)).toEqual(['An administrator acts under your name']);
});

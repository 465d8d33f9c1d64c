import { newId } from '@kronos/subgraph';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import {
  createTestNotifications,
  type Person,
  person,
  type TestNotifications,
} from './testing/test-notifications.ts';

let notifications: TestNotifications;
let organizer: Person;
let launch: { eventId: string; organizerId: string; title: string; visibility: 'PUBLIC' };

beforeAll(async () => {
  notifications = await createTestNotifications();
});
beforeEach(async () => {
  organizer = person();
  launch = { eventId: newId(), organizerId: organizer.userId, title: 'Launch', visibility: 'PUBLIC' };
  await notifications.events.publish('eventCreated', launch);
});
afterAll(() => notifications[Symbol.asyncDispose]());

const registration = (attendee: Person) => ({
  registrationId: newId(),
  eventId: launch.eventId,
  attendeeId: attendee.userId,
});
const register = (attendee: Person) =>
  notifications.events.publish('registrationCreated', registration(attendee));
const unregister = (attendee: Person) =>
  notifications.events.publish('registrationCancelled', registration(attendee));
const update = (changes: string[], title = 'Launch') =>
  notifications.events.publish('eventUpdated', { ...launch, title, changes });
const cancel = (reason: string | null) =>
  notifications.events.publish('eventCancelled', { ...launch, reason });

test('attendees are told of what happens while they are registered, in order', async () => {
  const [early, late, gone] = [person(), person(), person()];
  await register(early);
  await register(gone);
  await unregister(gone);
  await update(['location']);
  await register(late);
  await update(['title'], 'Big Launch');
  await cancel('Rain');

  expect(await notifications.titlesOf(early, 4)).toEqual([
    'You are registered for Launch',
    'Launch has changed',
    'Big Launch has changed',
    'Launch is cancelled',
  ]);
  expect(await notifications.titlesOf(late, 3)).toEqual([
    'You are registered for Launch',
    'Big Launch has changed',
    'Launch is cancelled',
  ]);
  expect(await notifications.titlesOf(gone, 1)).toEqual(['You are registered for Launch']);
});

test('a registration is confirmed under the title that the event has then', async () => {
  const ada = person();
  await update(['title'], 'Big Launch');
  await register(ada);

  expect(await notifications.titlesOf(ada, 1)).toEqual(['You are registered for Big Launch']);
});

test('an event that was made before this domain listened is confirmed without a title', async () => {
  const ada = person();
  await notifications.events.publish('registrationCreated', {
    registrationId: newId(),
    eventId: newId(),
    attendeeId: ada.userId,
  });

  expect(await notifications.titlesOf(ada, 1)).toEqual(['You are registered']);
});

test('organisers are not told of their own doings', async () => {
  const ada = person();
  await register(organizer);
  await register(ada);
  await update(['capacity']);
  await cancel(null);

  expect(await notifications.titlesOf(ada, 3)).toHaveLength(3);
  expect(await notifications.titlesOf(organizer, 1)).toEqual(['You are registered for Launch']);
});

test('a large event is told to everyone in one transaction, once', async () => {
  await using _second = await createTestSubgraph(createSubgraph, notifications.environment);
  const attendees = Array.from({ length: 2500 }, person);
  await notifications.db.attendance.createMany({
    data: attendees.map(({ userId }) => ({ eventId: launch.eventId, attendeeId: userId })),
  });
  await cancel('Rain');
  await notifications.titlesOf(attendees[0] as Person, 1);

  const told = { eventId: launch.eventId, kind: 'EVENT_CANCELLED' };
  const rows = await notifications.db.notification.findMany({ where: told });
  expect(new Set(rows.map(({ recipientId }) => recipientId))).toEqual(
    new Set(attendees.map(({ userId }) => userId)),
  );
  expect(rows).toHaveLength(attendees.length);
  const keys = attendees.map(({ userId }) => userId);
  expect(await notifications.db.outbox.count({ where: { key: { in: keys } } })).toBe(attendees.length);
});

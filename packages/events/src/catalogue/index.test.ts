import { expect, test } from 'vitest';
import { authEvents } from './auth.ts';
import { eventsEvents } from './events.ts';
import { catalogue, type EventName, eventDefinition, eventNamesOf } from './index.ts';
import { notificationsEvents } from './notifications.ts';
import { usersEvents } from './users.ts';

const names = Object.keys(catalogue) as EventName[];

test('no two domains give an event the same name', () => {
  const all = [authEvents, usersEvents, eventsEvents, notificationsEvents].flatMap((events) =>
    Object.keys(events),
  );
  expect(names.toSorted()).toEqual(all.toSorted());
});

test.each(names)('the key of %s is a field of its payload', (name) => {
  const { key, payload } = eventDefinition(name);
  if (key !== undefined) expect(Object.keys(payload.shape)).toContain(key);
});

test('the events of a domain are found by their owner', () => {
  expect(eventNamesOf('auth')).toEqual(['userCreated', 'sessionRevoked']);
  expect(eventNamesOf('nobody')).toEqual([]);
});

import type { Event, Registration } from '@kronos/prisma-events';
import { testViewer } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { registrationCancelFault, registrationFault } from './registration.rules.ts';

const now = new Date('2026-11-20T12:00:00Z');
const [past, future] = [new Date('2026-11-19T12:00:00Z'), new Date('2026-11-21T12:00:00Z')];
const viewer = (userId: string) => testViewer({ userId });
const open = {
  organizerId: 'olga',
  visibility: 'PUBLIC',
  capacity: 2,
  registeredCount: 1,
  publishedAt: past,
  cancelledAt: null,
  startsAt: future,
  endsAt: null,
} as Event;

test.each([
  ['a guest with a place left', 'gus', 'gus', {}, null, undefined],
  ['a guest of an event without a limit', 'gus', 'gus', { capacity: null }, null, undefined],
  ['a guest who had given the place back', 'gus', 'gus', {}, 'CANCELLED', undefined],
  ['the organiser herself', 'olga', 'olga', {}, null, undefined],
  ['the organiser for a guest', 'olga', 'gus', {}, null, undefined],
  ['the organiser, inviting', 'olga', 'gus', { visibility: 'PRIVATE' }, null, undefined],
  ['a guest for another', 'gus', 'mia', {}, null, 'FORBIDDEN'],
  ['a guest who only sees the private event', 'gus', 'gus', { visibility: 'PRIVATE' }, null, 'FORBIDDEN'],
  ['a guest twice', 'gus', 'gus', {}, 'CONFIRMED', 'ALREADY_REGISTERED'],
  ['a guest twice, the event being full', 'gus', 'gus', { capacity: 1 }, 'CONFIRMED', 'ALREADY_REGISTERED'],
  ['a guest of a full event', 'gus', 'gus', { capacity: 1 }, null, 'EVENT_FULL'],
  ['a guest of a cancelled event', 'gus', 'gus', { cancelledAt: past }, null, 'EVENT_CLOSED'],
  ['a guest of an event that is over', 'gus', 'gus', { startsAt: past }, null, 'EVENT_CLOSED'],
  ['the organiser of a draft', 'olga', 'gus', { publishedAt: null }, null, 'EVENT_CLOSED'],
] as const)('%s', (_name, who, whom, event, existing, code) => {
  const status = existing && { status: existing };
  expect(registrationFault(viewer(who), { ...open, ...event }, whom, status, now)?.code).toBe(code);
});

test.each([
  ['the attendee', 'gus', 'CONFIRMED', {}, undefined],
  ['the organiser', 'olga', 'CONFIRMED', {}, undefined],
  ['a moderator', 'mia', 'CONFIRMED', {}, 'FORBIDDEN'],
  ['the attendee again', 'gus', 'CANCELLED', {}, 'CONFLICT'],
  ['the attendee when it is over', 'gus', 'CONFIRMED', { startsAt: past }, 'EVENT_CLOSED'],
  ['the attendee when it is cancelled', 'gus', 'CONFIRMED', { cancelledAt: past }, 'EVENT_CLOSED'],
] as const)('giving a place back: %s', (_name, who, status, event, code) => {
  const registration = { attendeeId: 'gus', status } as Registration;
  expect(registrationCancelFault(viewer(who), registration, { ...open, ...event }, now)?.code).toBe(code);
});

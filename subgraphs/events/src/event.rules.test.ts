import type { Event } from '@kronos/prisma-events';
import { describe, expect, test } from 'vitest';
import {
  effectiveChanges,
  endsAfterStart,
  eventCancelSchema,
  eventCreateSchema,
  eventUpdateSchema,
  isTimeZone,
  isWebAddress,
  remainingPlaces,
} from './event.rules.ts';

const now = new Date('2026-11-20T12:00:00Z');
const input = {
  title: 'Launch',
  startsAt: new Date('2027-01-15T18:00:00Z'),
  timeZone: 'UTC',
  visibility: 'PUBLIC',
  publish: true,
};

/** The fields that a creation with these values is refused for. */
function faultyFields(values: object): string[] {
  const result = eventCreateSchema(now).safeParse({ ...input, ...values });
  return result.error?.issues.map((issue) => issue.path.join('.')) ?? [];
}

describe('the input of eventCreate', () => {
  test('may be as little as a title, a beginning and the defaults of the schema', () => {
    expect(eventCreateSchema(now).parse(input)).toEqual({
      ...input,
      description: null,
      endsAt: null,
      location: null,
      onlineUrl: null,
      capacity: null,
    });
  });

  test.each([
    ['a blank title', { title: '   ' }, ['title']],
    ['a title of 201 characters', { title: 'x'.repeat(201) }, ['title']],
    ['a NUL character', { title: 'a\0b' }, ['title']],
    ['a description of 10,001 characters', { description: 'x'.repeat(10_001) }, ['description']],
    ['a beginning that has passed', { startsAt: new Date(now.getTime() - 1) }, ['startsAt']],
    ['a beginning at this very moment', { startsAt: now }, ['startsAt']],
    ['an end before the beginning', { endsAt: new Date('2027-01-15T17:00:00Z') }, ['endsAt']],
    ['an end at the beginning', { endsAt: input.startsAt }, ['endsAt']],
    ['a zone that does not exist', { timeZone: 'Europe/Atlantis' }, ['timeZone']],
    ['an address that is a script', { onlineUrl: 'javascript:alert(1)' }, ['onlineUrl']],
    ['a capacity of 0', { capacity: 0 }, ['capacity']],
    ['a capacity of 1,000,001', { capacity: 1_000_001 }, ['capacity']],
    ['several faults at once', { title: '', capacity: -1 }, ['title', 'capacity']],
  ])('is refused for %s', (_reason, values, fields) => {
    expect(faultyFields(values)).toEqual(fields);
  });

  test.each([
    { title: 'x'.repeat(200) },
    { description: 'x'.repeat(10_000) },
    { endsAt: new Date('2027-01-15T18:00:00.001Z') },
    { capacity: 1 },
    { capacity: 1_000_000 },
    { capacity: null, endsAt: null, location: null, onlineUrl: null },
  ])('may go as far as the limits', (values) => {
    expect(faultyFields(values)).toEqual([]);
  });

  test('is trimmed, and blank texts are none', () => {
    const event = eventCreateSchema(now).parse({ ...input, title: '  Launch ', location: ' ' });
    expect(event).toMatchObject({ title: 'Launch', location: null });
  });
});

test('a change leaves out what stays, and empties only what may be empty', () => {
  expect(eventUpdateSchema.parse({ capacity: null })).toEqual({ capacity: null });
  const emptied = eventUpdateSchema.safeParse({
    title: null,
    startsAt: null,
    timeZone: null,
    visibility: null,
  });
  expect(emptied.error?.issues.map((issue) => issue.path[0])).toEqual([
    'title',
    'startsAt',
    'timeZone',
    'visibility',
  ]);
});

test('only what differs is a change', () => {
  const event = { title: 'Launch', startsAt: input.startsAt, capacity: null } as Event;
  const same = { title: 'Launch', startsAt: new Date(input.startsAt), capacity: null };
  expect(effectiveChanges(event, same)).toEqual({});
  expect(effectiveChanges(event, { ...same, capacity: 3 })).toEqual({ capacity: 3 });
});

test('an end is after the beginning, or there is none', () => {
  expect(endsAfterStart({ startsAt: now, endsAt: null })).toBe(true);
  expect(endsAfterStart({ startsAt: now, endsAt: new Date(now.getTime() + 1) })).toBe(true);
  expect(endsAfterStart({ startsAt: now, endsAt: now })).toBe(false);
});

test('time zones are IANA names, not offsets', () => {
  expect(['UTC', 'Europe/Paris', 'Asia/Kolkata'].every(isTimeZone)).toBe(true);
  expect(['', '+01:00', 'Paris', 'Europe/Paris; DROP'].some(isTimeZone)).toBe(false);
});

test('web addresses are http or https', () => {
  expect(['http://example.com', 'https://example.com/a?b#c'].every(isWebAddress)).toBe(true);
  expect(['example.com', 'ftp://example.com', 'data:text/html,x', ''].some(isWebAddress)).toBe(false);
});

test('a reason for cancelling is optional', () => {
  expect(eventCancelSchema.parse({})).toEqual({ reason: null });
  expect(eventCancelSchema.parse({ reason: ' storm ' })).toEqual({ reason: 'storm' });
  expect(eventCancelSchema.safeParse({ reason: 'x'.repeat(1_001) }).success).toBe(false);
});

test('places are left up to the capacity, and not counted without one', () => {
  expect(remainingPlaces({ capacity: 10, registeredCount: 4 })).toBe(6);
  expect(remainingPlaces({ capacity: null, registeredCount: 4 })).toBeNull();
});

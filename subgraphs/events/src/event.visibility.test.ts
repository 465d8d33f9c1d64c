import type { Event } from '@kronos/prisma-events';
import { newId, type Viewer } from '@kronos/subgraph';
import { createTestDatabase, testViewer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from './database.ts';
import { hasStatus, statusOf } from './event.status.ts';
import { foundBy, mayFind, maySee, seenBy } from './event.visibility.ts';
import { maySeeRegistration, registrationSeenBy } from './registration.visibility.ts';

const now = new Date('2026-11-20T12:00:00Z');
const [past, future] = [new Date('2026-11-19T12:00:00Z'), new Date('2026-11-21T12:00:00Z')];
const [organizerId, attendeeId] = [newId(), newId()];

function viewer(userId: string, scopes: string[] = []): Viewer {
  return testViewer({ userId, scopes: new Set(scopes) });
}

const viewers: [string, Viewer | null][] = [
  ['anonymous', null],
  ['a stranger', viewer(newId())],
  ['the organiser', viewer(organizerId)],
  ['the attendee', viewer(attendeeId)],
  ['a moderator', viewer(newId(), ['events:moderate'])],
  ['a stranger with another scope', viewer(newId(), ['users:read'])],
  ['an organiser who moderates', viewer(organizerId, ['events:moderate'])],
];

const database = await createTestDatabase('events');
const db = createDatabase(database.url);
/** One event for every combination of what the rules look at. */
let events: (Event & { registrations: { attendeeId: string; status: string }[] })[];

beforeAll(async () => {
  for (const publishedAt of [null, past])
    for (const cancelledAt of [null, past])
      for (const visibility of ['PUBLIC', 'UNLISTED', 'PRIVATE'] as const)
        for (const registration of [null, 'CONFIRMED', 'CANCELLED'] as const)
          for (const [startsAt, endsAt] of [
            [future, null],
            [past, null],
            [past, future],
            [past, now],
          ] as const) {
            const id = newId();
            await db.event.create({
              data: {
                ...{ id, slug: id, title: 'Any', timeZone: 'UTC', organizerId },
                ...{ publishedAt, cancelledAt, visibility, startsAt, endsAt },
                registrations: registration
                  ? { create: { id: newId(), attendeeId, status: registration } }
                  : undefined,
              },
            });
          }
  events = await db.event.findMany({ include: { registrations: true } });
});

afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id).sort();
}

function isRegistered(viewer: Viewer | null, event: (typeof events)[number]): boolean {
  return event.registrations.some(
    ({ attendeeId, status }) => attendeeId === viewer?.userId && status === 'CONFIRMED',
  );
}

test.each(viewers)('the rule and the database agree on what %s sees', async (_name, viewer) => {
  const seen = events.filter((event) => maySee(viewer, event, isRegistered(viewer, event)));
  expect(idsOf(await db.event.findMany({ where: seenBy(viewer) }))).toEqual(idsOf(seen));
});

test.each(viewers)('the rule and the database agree on what %s finds', async (_name, viewer) => {
  const found = events.filter((event) => mayFind(viewer, event, isRegistered(viewer, event)));
  expect(idsOf(await db.event.findMany({ where: foundBy(viewer) }))).toEqual(idsOf(found));
});

test.each(viewers.filter(([, viewer]) => viewer))(
  'the rule and the database agree on the registrations that %s sees',
  async (_name, viewer) => {
    const all = await db.registration.findMany({ include: { event: true } });
    const seen = all.filter((registration) => maySeeRegistration(viewer, registration, registration.event));
    const rows = await db.registration.findMany({ where: registrationSeenBy(viewer as Viewer) });
    expect(idsOf(rows)).toEqual(idsOf(seen));
  },
);

test.each(['DRAFT', 'PUBLISHED', 'CANCELLED', 'ENDED'] as const)(
  'the rule and the database agree on what is %s, and on what is not',
  async (status) => {
    const [those, others] = [hasStatus(status, now), { NOT: hasStatus(status, now) }];
    const expected = events.filter((event) => statusOf(event, now) === status);
    expect(expected).not.toHaveLength(0);
    expect(idsOf(await db.event.findMany({ where: those }))).toEqual(idsOf(expected));
    expect(await db.event.count({ where: others })).toBe(events.length - expected.length);
  },
);

// Beside the agreement, the rule itself, in words.
const published = { organizerId, publishedAt: past };
const [anonymous, stranger, organizer, attendee, moderator] = viewers.map(([, viewer]) => viewer) as [
  null,
  Viewer,
  Viewer,
  Viewer,
  Viewer,
];

test('a draft is its organiser’s alone', () => {
  const draft = { ...published, publishedAt: null, visibility: 'PUBLIC' as const };
  expect([anonymous, stranger, attendee, moderator].some((viewer) => maySee(viewer, draft, true))).toBe(
    false,
  );
  expect(mayFind(organizer, draft, false)).toBe(true);
});

test('a private event is seen by its organiser, those registered, and moderators', () => {
  const event = { ...published, visibility: 'PRIVATE' as const };
  expect(maySee(anonymous, event, false)).toBe(false);
  expect(maySee(stranger, event, false)).toBe(false);
  expect(mayFind(attendee, event, true)).toBe(true);
  expect(mayFind(organizer, event, false)).toBe(true);
  expect(mayFind(moderator, event, false)).toBe(true);
});

test('an unlisted event is seen by everybody and found by its organiser', () => {
  const event = { ...published, visibility: 'UNLISTED' as const };
  expect(maySee(anonymous, event, false)).toBe(true);
  expect([anonymous, stranger, attendee, moderator].some((viewer) => mayFind(viewer, event, true))).toBe(
    false,
  );
  expect(mayFind(organizer, event, false)).toBe(true);
});

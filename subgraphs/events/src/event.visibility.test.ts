import type { AccessEffect, AccessEntry, Event } from '@kronos/prisma-events';
import { loadAccess, newId, type Viewer } from '@kronos/subgraph';
import { createTestDatabase, testViewer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase } from './database.ts';
import { hasStatus, statusOf } from './event.status.ts';
import { foundBy, mayFind, maySee, seenBy } from './event.visibility.ts';
import { maySeeRegistration, registrationSeenBy } from './registration.visibility.ts';

const now = new Date('2026-11-20T12:00:00Z');
const [past, future] = [new Date('2026-11-19T12:00:00Z'), new Date('2026-11-21T12:00:00Z')];
const [organizerId, attendeeId, strangerId, moderatorId, memberId] = [
  newId(),
  newId(),
  newId(),
  newId(),
  newId(),
];
const groupId = newId();
const [ended, later] = [new Date(0), new Date('2100-01-01')];
/** What entries may say together. */
const said: [AccessEffect, Date | null][][] = [
  [],
  [['ALLOW', null]],
  [['DENY', later]],
  [
    ['ALLOW', later],
    ['DENY', null],
  ],
  [['ALLOW', ended]],
  [
    ['ALLOW', null],
    ['DENY', ended],
  ],
];

function viewer(userId: string, scopes: string[] = [], roles = ['user']): Viewer {
  return testViewer({ userId, scopes: new Set(scopes), roles });
}

const viewers: [string, Viewer | null][] = [
  ['anonymous', null],
  ['a stranger', viewer(strangerId)],
  ['the organiser', viewer(organizerId)],
  ['the attendee', viewer(attendeeId)],
  ['a moderator', viewer(moderatorId, ['events:moderate'])],
  ['a stranger with another scope', viewer(newId(), ['users:read'])],
  ['an organiser who moderates', viewer(organizerId, ['events:moderate'])],
  ['a member of a group', viewer(memberId)],
  ['an editor', viewer(newId(), [], ['editor', 'user'])],
];

const database = await createTestDatabase('events');
const db = createDatabase(database.url);
/** One event for every combination of what the rules look at. */
let entries: AccessEntry[];
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
  await db.accessMembership.create({ data: { userId: memberId, groupId } });
  // Whatever entries can say of an event, to everyone whom they can name, spread over all events.
  const subjects = [...[organizerId, attendeeId, strangerId, moderatorId].map((id) => `user:${id}`)];
  subjects.push(`group:${groupId}`, 'role:editor');
  await db.accessEntry.createMany({
    data: events.flatMap(({ id: resourceId }, index) =>
      subjects.flatMap((subject, place) =>
        said[(index * 5 + Math.floor(index / 7) + place) % said.length]!.map(([effect, expiresAt]) => ({
          ...{ id: newId(), subject, action: 'events:read', resourceId, effect, expiresAt },
        })),
      ),
    ),
  });
  entries = await db.accessEntry.findMany();
});

afterAll(async () => {
  await db.$disconnect();
  await database[Symbol.asyncDispose]();
});

function idsOf(rows: { id: string }[]): string[] {
  return rows.map(({ id }) => id).sort();
}

/** What entries say of a viewer and an event, in the plainest way. */
function entryOf(viewer: Viewer | null, event: Event): AccessEffect | undefined {
  const isViewer = (subject: string) =>
    viewer !== null &&
    (subject === `user:${viewer.userId}` ||
      viewer.roles.some((role) => subject === `role:${role}`) ||
      (subject === `group:${groupId}` && viewer.userId === memberId));
  const effects = entries
    .filter(({ resourceId, subject }) => resourceId === event.id && isViewer(subject))
    .filter(({ expiresAt }) => expiresAt === null || expiresAt.getTime() > Date.now())
    .map(({ effect }) => effect);
  return effects.includes('DENY') ? 'DENY' : effects[0];
}

function isRegistered(viewer: Viewer | null, event: (typeof events)[number]): boolean {
  return event.registrations.some(
    ({ attendeeId, status }) => attendeeId === viewer?.userId && status === 'CONFIRMED',
  );
}

test.each(viewers)('the rule and the database agree on what %s sees', async (_name, viewer) => {
  const seen = events.filter((event) =>
    maySee(viewer, event, isRegistered(viewer, event), entryOf(viewer, event)),
  );
  expect(idsOf(await db.event.findMany({ where: seenBy(viewer, await loadAccess(db, viewer)) }))).toEqual(
    idsOf(seen),
  );
});

test.each(viewers)('the rule and the database agree on what %s finds', async (_name, viewer) => {
  const found = events.filter((event) =>
    mayFind(viewer, event, isRegistered(viewer, event), entryOf(viewer, event)),
  );
  expect(idsOf(await db.event.findMany({ where: foundBy(viewer, await loadAccess(db, viewer)) }))).toEqual(
    idsOf(found),
  );
});

test.each(viewers)('a batch of events is told by entries as each one is for %s', async (_name, viewer) => {
  const access = await loadAccess(db, viewer);
  const effects = await access.check('events:read', idsOf(events));
  for (const event of events) expect(effects.get(event.id)).toBe(entryOf(viewer, event));
  expect(await access.check('events:update', idsOf(events))).toEqual(new Map());
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

test('what is shared with someone is theirs to see and find, what is kept from them is not', () => {
  const event = { ...published, visibility: 'PRIVATE' as const };
  expect(mayFind(stranger, event, false, 'ALLOW')).toBe(true);
  expect(mayFind(stranger, { ...event, publishedAt: null }, false, 'ALLOW')).toBe(true);
  expect(mayFind(stranger, { ...event, visibility: 'UNLISTED' }, false, 'ALLOW')).toBe(true);
  for (const viewer of [stranger, organizer, attendee])
    expect(maySee(viewer, { ...event, visibility: 'PUBLIC' }, true, 'DENY')).toBe(false);
  expect(maySee(moderator, event, false, 'DENY')).toBe(true);
});

import type { Event, Prisma } from '@kronos/prisma-events';
import type { EventStatus } from './__generated__/types.ts';

/** What an event's status follows from. */
export type StatusFacts = Pick<Event, 'publishedAt' | 'cancelledAt' | 'startsAt' | 'endsAt'>;

/** When the event is over: an event without an end is over from its beginning on. */
export function overAt(event: Pick<Event, 'startsAt' | 'endsAt'>): Date {
  return event.endsAt ?? event.startsAt;
}

/** How far an event has come at the moment `now`. It is not stored, so no clock has to change it. */
export function statusOf(event: StatusFacts, now: Date): EventStatus {
  if (event.cancelledAt) return 'CANCELLED';
  if (!event.publishedAt) return 'DRAFT';
  return overAt(event) <= now ? 'ENDED' : 'PUBLISHED';
}

/** The same as a condition for the database: the events whose status at the moment `now` is this one. */
export function hasStatus(status: EventStatus, now: Date): Prisma.EventWhereInput {
  if (status === 'CANCELLED') return { cancelledAt: { not: null } };
  if (status === 'DRAFT') return { cancelledAt: null, publishedAt: null };
  const over = status === 'ENDED' ? { lte: now } : { gt: now };
  // `not: null` is said for the sake of NOT: in SQL the negation of a comparison with null holds nothing.
  return {
    cancelledAt: null,
    publishedAt: { not: null },
    OR: [{ endsAt: { not: null, ...over } }, { endsAt: null, startsAt: over }],
  };
}

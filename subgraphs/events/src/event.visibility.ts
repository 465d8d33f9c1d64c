import type { Event, Prisma } from '@kronos/prisma-events';
import type { Viewer } from '@kronos/subgraph';

/**
 * The one place that decides who sees an event: as a rule for a row, and as the same rule for the database.
 * Everything that shows an event goes through it: lists, ids, slugs, references, registrations, subscriptions.
 */
export type VisibilityFacts = Pick<Event, 'organizerId' | 'publishedAt' | 'visibility'>;

/** Whether the viewer moderates events, which shows them PRIVATE ones but nobody's drafts. */
export function moderates(viewer: Viewer | null): boolean {
  return viewer?.scopes.has('events:moderate') ?? false;
}

/** Whether the viewer organises the event. */
export function organizes(viewer: Viewer | null, event: Pick<Event, 'organizerId'>): boolean {
  return viewer?.userId === event.organizerId;
}

/**
 * Whether the viewer may see an event that they name by its id or slug.
 *
 * @param registered whether the viewer holds a confirmed registration for it
 */
export function maySee(viewer: Viewer | null, event: VisibilityFacts, registered: boolean): boolean {
  if (organizes(viewer, event)) return true;
  if (!event.publishedAt) return false;
  if (event.visibility !== 'PRIVATE') return true;
  return registered || moderates(viewer);
}

/** Whether the viewer may come upon an event that they did not name: in a list, or in a stream of all events. */
export function mayFind(viewer: Viewer | null, event: VisibilityFacts, registered: boolean): boolean {
  if (event.visibility === 'UNLISTED' && !organizes(viewer, event)) return false;
  return maySee(viewer, event, registered);
}

/** `maySee` as a condition for the database. */
export function seenBy(viewer: Viewer | null): Prisma.EventWhereInput {
  return shownTo(viewer, ['PUBLIC', 'UNLISTED']);
}

/** `mayFind` as a condition for the database. */
export function foundBy(viewer: Viewer | null): Prisma.EventWhereInput {
  return shownTo(viewer, ['PUBLIC']);
}

function shownTo(viewer: Viewer | null, toEverybody: Event['visibility'][]): Prisma.EventWhereInput {
  const open = moderates(viewer) ? [...toEverybody, 'PRIVATE' as const] : toEverybody;
  const published: Prisma.EventWhereInput = { publishedAt: { not: null }, visibility: { in: open } };
  if (!viewer) return published;
  const invited: Prisma.EventWhereInput = {
    publishedAt: { not: null },
    visibility: 'PRIVATE',
    registrations: { some: { attendeeId: viewer.userId, status: 'CONFIRMED' } },
  };
  return { OR: [{ organizerId: viewer.userId }, published, invited] };
}

import type { Event, Prisma } from '@kronos/prisma-events';
import type { Access, Effect, Viewer } from '@kronos/subgraph';

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
 * @param entry what entries say of the viewer and `events:read`; undefined: nothing
 */
export function maySee(
  viewer: Viewer | null,
  event: VisibilityFacts,
  registered: boolean,
  entry?: Effect,
): boolean {
  return mayRead(viewer, event, registered, entry) || (event.publishedAt !== null && moderates(viewer));
}

function mayRead(
  viewer: Viewer | null,
  event: VisibilityFacts,
  registered: boolean,
  entry: Effect | undefined,
): boolean {
  if (entry) return entry === 'ALLOW';
  if (organizes(viewer, event)) return true;
  return event.publishedAt !== null && (event.visibility !== 'PRIVATE' || registered);
}

/** Whether whoever may see an event may also come upon it. */
export function isListed({ visibility }: Pick<Event, 'visibility'>): boolean {
  return visibility !== 'UNLISTED';
}

/** Whether the viewer may come upon an event that they did not name: in a list, or in a stream of all events. */
export function mayFind(
  viewer: Viewer | null,
  event: VisibilityFacts,
  registered: boolean,
  entry?: Effect,
): boolean {
  if (isListed(event)) return maySee(viewer, event, registered, entry);
  const isKnown = organizes(viewer, event) || entry === 'ALLOW';
  return isKnown && mayRead(viewer, event, registered, entry);
}

/** `maySee` as a condition for the database. */
export function seenBy(viewer: Viewer | null, access: Access): Prisma.EventWhereInput {
  return shownTo(viewer, access, ['PUBLIC', 'UNLISTED']);
}

/** `mayFind` as a condition for the database. */
export function foundBy(viewer: Viewer | null, access: Access): Prisma.EventWhereInput {
  return shownTo(viewer, access, ['PUBLIC']);
}

/** What entries keep from someone is kept from them as a reader; who moderates sees it all the same. */
function shownTo(
  viewer: Viewer | null,
  access: Access,
  toEverybody: Event['visibility'][],
): Prisma.EventWhereInput {
  const published: Prisma.EventWhereInput = { publishedAt: { not: null }, visibility: { in: toEverybody } };
  if (!viewer) return published;
  const invited: Prisma.EventWhereInput = {
    publishedAt: { not: null },
    visibility: 'PRIVATE',
    registrations: { some: { attendeeId: viewer.userId, status: 'CONFIRMED' } },
  };
  const readable = access.where<Prisma.EventWhereInput>('events:read', {
    OR: [{ organizerId: viewer.userId }, published, invited],
  });
  if (!moderates(viewer)) return readable;
  return { OR: [readable, { publishedAt: { not: null }, visibility: { in: [...toEverybody, 'PRIVATE'] } }] };
}

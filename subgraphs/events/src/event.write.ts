import { appendToOutbox, type EventPayload } from '@kronos/events';
import type { Event, Prisma } from '@kronos/prisma-events';
import { type Access, type Effect, userFaults, type Viewer } from '@kronos/subgraph';
import { type Context, viewerOf } from './context.ts';
import { moderates, organizes, seenBy } from './event.visibility.ts';
import { fault, noSuchEvent } from './faults.ts';

/** What can be done with an event; its organiser may do all of it, and entries may allow or deny it. */
type EventAction = 'events:update' | 'events:publish' | 'events:cancel';

/** Who is going to change an event. */
interface Actor {
  viewer: Viewer;
  access: Access;
}

/**
 * The viewer with what entries say to them. To be asked before the transaction: within it, it would wait for a second
 * connection while others, who have one, wait for the event's lock.
 *
 * @throws UNAUTHENTICATED when there is none
 */
export async function actorOf(context: Context): Promise<Actor> {
  return { viewer: viewerOf(context), access: await context.access() };
}

/**
 * Keeps an event as it is until the transaction ends: all that changes an event or its registrations locks it first,
 * and nothing else before, so that no two transactions wait for each other.
 *
 * @param id a UUID
 */
export async function lockEvent(tx: Prisma.TransactionClient, id: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM "event" WHERE "id" = ${id}::uuid FOR UPDATE`;
}

/**
 * The event, locked, for a viewer who is going to change it.
 *
 * @param id a UUID
 * @throws the user fault NOT_FOUND when the viewer may not see it, FORBIDDEN when they may not change it
 */
export async function lockEventFor(
  tx: Prisma.TransactionClient,
  id: string,
  action: EventAction,
  { viewer, access }: Actor,
): Promise<Event> {
  await lockEvent(tx, id);
  const event = await tx.event.findFirst({ where: { AND: [{ id }, seenBy(viewer, access)] } });
  if (!event) return userFaults(noSuchEvent(['id']));
  const entry = (await access.check(action, [id], tx)).get(id);
  if (!mayDo(action, viewer, event, entry))
    userFaults(
      fault('FORBIDDEN', 'Only its organiser may do this with the event, and whom they let.', ['id']),
    );
  return event;
}

function mayDo(action: EventAction, viewer: Viewer, event: Event, entry: Effect | undefined): boolean {
  if (action === 'events:cancel' && moderates(viewer)) return true;
  return entry ? entry === 'ALLOW' : organizes(viewer, event);
}

/** What every event of this domain says of the event that it is about. */
export function eventFacts(event: Event): EventPayload<'eventCreated'> {
  const { id, organizerId, title, visibility } = event;
  return { eventId: id, organizerId, title, visibility };
}

/** Tells of a newly published event. */
export async function announceCreated(tx: Prisma.TransactionClient, event: Event): Promise<void> {
  await appendToOutbox(tx, 'eventCreated', eventFacts(event));
}

/** Tells the domain that decides on access whose a new event is, drafts too. */
export async function announceOwner(tx: Prisma.TransactionClient, event: Event): Promise<void> {
  await appendToOutbox(tx, 'eventOwned', { eventId: event.id, organizerId: event.organizerId });
}

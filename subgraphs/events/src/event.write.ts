import { appendToOutbox, type EventPayload } from '@kronos/events';
import type { Event, Prisma } from '@kronos/prisma-events';
import { userFaults, type Viewer } from '@kronos/subgraph';
import { moderates, organizes, seenBy } from './event.visibility.ts';
import { fault, noSuchEvent } from './faults.ts';

/** Who may do something with an event beside its organiser. */
type AlsoAllowed = 'nobody' | 'moderators';

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
export async function lockOwnEvent(
  tx: Prisma.TransactionClient,
  id: string,
  viewer: Viewer,
  also: AlsoAllowed = 'nobody',
): Promise<Event> {
  await lockEvent(tx, id);
  const event = await tx.event.findFirst({ where: { AND: [{ id }, seenBy(viewer)] } });
  if (!event) return userFaults(noSuchEvent(['id']));
  const isAllowed = organizes(viewer, event) || (also === 'moderators' && moderates(viewer));
  if (!isAllowed) userFaults(fault('FORBIDDEN', 'Only its organiser may do this with the event.', ['id']));
  return event;
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

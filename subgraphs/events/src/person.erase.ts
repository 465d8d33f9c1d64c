import { appendToOutbox } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-events';
import type { ErasureCounts } from '@kronos/subgraph';
import { eventFacts, lockEvent } from './event.write.ts';
import { givePlaceBack } from './registration.cancel.ts';

/**
 * Takes a person from the events for which they are registered. Places at events to come are given back; whoever was at
 * one that has begun stays in its numbers, under an id whose profile says nothing any more.
 *
 * @param userId a UUID
 */
export async function eraseRegistrations(
  tx: Prisma.TransactionClient,
  userId: string,
): Promise<Partial<ErasureCounts>> {
  const mine = { attendeeId: userId };
  const toCome = await tx.registration.findMany({
    where: { ...mine, status: 'CONFIRMED', event: { startsAt: { gt: new Date() } } },
    // Everything locks events in one order, so that no two transactions wait for each other.
    orderBy: { eventId: 'asc' },
  });
  let erased = 0;
  for (const { id, eventId } of toCome) {
    await lockEvent(tx, eventId);
    // It may have been cancelled before the event was locked.
    const { count } = await tx.registration.deleteMany({ where: { id, status: 'CONFIRMED' } });
    if (count === 0) continue;
    erased += count;
    await givePlaceBack(tx, eventId);
    const payload = { registrationId: id, eventId, attendeeId: userId };
    await appendToOutbox(tx, 'registrationCancelled', payload);
  }
  const cancelled = await tx.registration.deleteMany({ where: { ...mine, status: 'CANCELLED' } });
  const anonymised = await tx.registration.count({ where: mine });
  return { erased: erased + cancelled.count, anonymised };
}

/**
 * Takes a person from the events that they organise: drafts, which nobody has seen, are deleted, what is still to come
 * is cancelled, and what was published stays, under an id whose profile says nothing any more.
 *
 * @param userId a UUID
 */
export async function eraseOrganizer(
  tx: Prisma.TransactionClient,
  userId: string,
): Promise<Partial<ErasureCounts>> {
  const mine = { organizerId: userId };
  const drafts = await tx.event.deleteMany({ where: { ...mine, publishedAt: null } });
  const now = new Date();
  const toCome = await tx.event.findMany({
    where: { ...mine, cancelledAt: null, startsAt: { gt: now } },
    orderBy: { id: 'asc' },
  });
  for (const { id } of toCome) {
    await lockEvent(tx, id);
    const reason = 'Its organiser has left.';
    const [cancelled] = await tx.event.updateManyAndReturn({
      where: { id, cancelledAt: null },
      data: { cancelledAt: now, cancelReason: reason },
    });
    if (cancelled) await appendToOutbox(tx, 'eventCancelled', { ...eventFacts(cancelled), reason });
  }
  return { erased: drafts.count, retained: await tx.event.count({ where: mine }) };
}

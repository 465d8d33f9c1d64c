import { appendToOutbox } from '@kronos/events';
import type { Prisma, Registration } from '@kronos/prisma-events';
import { type Access, decodeId, mutation, newId, userFaults, type Viewer } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { type Context, viewerOf } from './context.ts';
import { seenBy } from './event.visibility.ts';
import { lockEvent } from './event.write.ts';
import { noSuchEvent } from './faults.ts';
import { forget } from './loaders.ts';
import { eventFull, registrationFault } from './registration.rules.ts';

/** Who wants which place, in UUIDs. */
interface Wish {
  viewer: Viewer;
  access: Access;
  eventId: string;
  attendeeId: string;
  now: Date;
}

export const registrationCreate: MutationResolvers<Context>['registrationCreate'] = mutation(
  async (_parent, { input }, context) => {
    const viewer = viewerOf(context);
    const wish: Wish = {
      viewer,
      access: await context.access(),
      eventId: decodeId('event', input.eventId),
      attendeeId: input.attendeeId ? decodeId('user', input.attendeeId) : viewer.userId,
      now: new Date(),
    };
    // Once before the transaction, so that those who come to a full event do not queue for its lock.
    await existingUnlessRefused(context.db, wish);

    const registration = await context.db.$transaction(async (tx) => {
      await lockEvent(tx, wish.eventId);
      const existing = await existingUnlessRefused(tx, wish);
      await takePlace(tx, wish.eventId);
      const registration = await confirm(tx, wish, existing);
      await appendToOutbox(tx, 'registrationCreated', {
        registrationId: registration.id,
        eventId: wish.eventId,
        attendeeId: wish.attendeeId,
      });
      return registration;
    });
    forget(context.loaders);
    return { registration };
  },
);

/** The attendee's earlier registration, if there was one; or the fault that stands against a new one. */
async function existingUnlessRefused(tx: Prisma.TransactionClient, wish: Wish): Promise<Registration | null> {
  const { viewer, access, eventId, attendeeId, now } = wish;
  const event = await tx.event.findFirst({ where: { AND: [{ id: eventId }, seenBy(viewer, access)] } });
  if (!event) return userFaults(noSuchEvent(['input', 'eventId']));
  const existing = await tx.registration.findUnique({
    where: { eventId_attendeeId: { eventId, attendeeId } },
  });
  const fault = registrationFault(viewer, event, attendeeId, existing, now);
  return fault ? userFaults(fault) : existing;
}

/** Counts one more place as taken, on the condition that one is left. */
async function takePlace(tx: Prisma.TransactionClient, eventId: string): Promise<void> {
  const taken = await tx.$executeRaw`
    UPDATE "event" SET "registered_count" = "registered_count" + 1
    WHERE "id" = ${eventId}::uuid AND ("capacity" IS NULL OR "registered_count" < "capacity")`;
  if (taken === 0) userFaults(eventFull());
}

async function confirm(
  tx: Prisma.TransactionClient,
  { eventId, attendeeId }: Wish,
  existing: Registration | null,
): Promise<Registration> {
  if (!existing) return tx.registration.create({ data: { id: newId(), eventId, attendeeId } });
  return tx.registration.update({ where: { id: existing.id }, data: { status: 'CONFIRMED' } });
}

import { appendToOutbox } from '@kronos/events';
import type { Event, Prisma, Registration } from '@kronos/prisma-events';
import { decodeId, mutation, userFaults, type Viewer } from '@kronos/subgraph';
import type { MutationResolvers } from './__generated__/types.ts';
import { type Context, viewerOf } from './context.ts';
import { lockEvent } from './event.write.ts';
import { noSuchRegistration } from './faults.ts';
import { forget } from './loaders.ts';
import { registrationCancelFault } from './registration.rules.ts';
import { registrationSeenBy } from './registration.visibility.ts';

export const registrationCancel: MutationResolvers<Context>['registrationCancel'] = mutation(
  async (_parent, { id }, context) => {
    const viewer = viewerOf(context);
    const uuid = decodeId('registration', id);
    const { eventId } = await seen(context.db, uuid, viewer);

    const registration = await context.db.$transaction(async (tx) => {
      await lockEvent(tx, eventId);
      // Read again: it may have changed before the event was locked.
      const before = await seen(tx, uuid, viewer);
      const fault = registrationCancelFault(viewer, before, before.event, new Date());
      if (fault) userFaults(fault);

      const cancelled = await tx.registration.update({ where: { id: uuid }, data: { status: 'CANCELLED' } });
      await givePlaceBack(tx, eventId);
      await appendToOutbox(tx, 'registrationCancelled', {
        registrationId: uuid,
        eventId,
        attendeeId: cancelled.attendeeId,
      });
      return cancelled;
    });
    forget(context.loaders);
    return { registration };
  },
);

async function seen(
  tx: Prisma.TransactionClient,
  id: string,
  viewer: Viewer,
): Promise<Registration & { event: Event }> {
  const registration = await tx.registration.findFirst({
    where: { AND: [{ id }, registrationSeenBy(viewer)] },
    include: { event: true },
  });
  return registration ?? userFaults(noSuchRegistration(['id']));
}

/** One more can register: a confirmed registration is gone. */
export async function givePlaceBack(tx: Prisma.TransactionClient, eventId: string): Promise<void> {
  await tx.$executeRaw`
    UPDATE "event" SET "registered_count" = "registered_count" - 1 WHERE "id" = ${eventId}::uuid`;
}

import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';

/** What happens here because of events of the domain `events`. */
export const onEvents: Handlers<Prisma.TransactionClient> = {
  /** Notes whose an event is: who owns a thing may share it. */
  async eventOwned(tx, { payload: { eventId, organizerId } }) {
    const key = { resourceType: 'event', resourceId: eventId };
    await tx.resourceOwner.upsert({
      where: { resourceType_resourceId: key },
      create: { ...key, ownerId: organizerId },
      update: { ownerId: organizerId },
    });
  },
};

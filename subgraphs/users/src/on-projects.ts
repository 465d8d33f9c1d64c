import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { shareAccess } from '@kronos/prisma-users/access';
import { announceEntry } from './acl.grant.ts';

/** What happens here because of events of the domain `projects`. */
export const onProjects: Handlers<Prisma.TransactionClient> = {
  /** Notes whose a project is: who owns a thing may share it. */
  async projectOwned(tx, { payload: { projectId, userId: ownerId } }) {
    const key = { resourceType: 'project', resourceId: projectId };
    await tx.resourceOwner.upsert({
      where: { resourceType_resourceId: key },
      create: { ...key, ownerId },
      update: { ownerId },
    });
  },

  /** What is no more belongs to nobody, and is shared with nobody. */
  async projectDeleted(tx, { payload: { projectId } }) {
    const where = { resourceType: 'project', resourceId: projectId };
    await shareAccess(tx);
    const entries = await tx.aclEntry.findMany({ where });
    await tx.aclEntry.deleteMany({ where });
    await tx.resourceOwner.deleteMany({ where });
    for (const entry of entries) await announceEntry(tx, entry, true);
  },
};

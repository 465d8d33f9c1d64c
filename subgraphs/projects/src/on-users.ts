import { appendToOutbox, type Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-projects';
import { entryHandlers } from '@kronos/subgraph';

type Transaction = Prisma.TransactionClient;

const copy = entryHandlers<Transaction>({
  type: 'project',
  exists: async (tx, id) => (await tx.project.count({ where: { id } })) > 0,
});

/** Keeps what the users domain says of who may do what with projects, and tells those who cache what people may see. */
export const onUsers: Handlers<Transaction> = {
  ...copy,
  async aclEntryChanged(tx, event) {
    await copy.aclEntryChanged!(tx, event);
    const { resourceType, resourceId } = event.payload;
    if (resourceType === 'project') await tell(tx, resourceId);
  },
  async accessChanged(tx, event) {
    const groupsOf = async () => {
      const { userId } = event.payload;
      const rows = await tx.accessMembership.findMany({ where: { userId }, orderBy: { groupId: 'asc' } });
      return rows.map(({ groupId }) => groupId).join();
    };
    const before = await groupsOf();
    await copy.accessChanged!(tx, event);
    if ((await groupsOf()) !== before) await tell(tx, null);
  },
  async groupDeleted(tx, event) {
    await copy.groupDeleted!(tx, event);
    await tell(tx, null);
  },
};

async function tell(tx: Transaction, resourceId: string | null): Promise<void> {
  await appendToOutbox(tx, 'projectAccessChanged', { resourceType: 'project', resourceId });
}

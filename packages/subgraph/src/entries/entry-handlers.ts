import type { Handlers } from '@kronos/events';
import type { EntryTables } from './entry-tables.ts';

export interface EntryHandlersOptions<Transaction extends EntryTables> {
  /** What ids of the domain's type begin with, such as `event`. */
  type: string;
  /** Whether there is a thing of this UUID: an entry on what never was is passed over. */
  exists(tx: Transaction, id: string): Promise<boolean>;
}

/**
 * Keeps a domain's copy of the entries on its things, and of who belongs to which group, as the users domain announces
 * them: hand it to `openDomain` as the consumer of `users`. The domain then decides by itself, also while users is down.
 */
export function entryHandlers<Transaction extends EntryTables>(
  options: EntryHandlersOptions<Transaction>,
): Handlers<Transaction> {
  return {
    async aclEntryChanged(tx, { payload }) {
      const { entryId: id, subject, action, resourceType, resourceId, effect, isRevoked } = payload;
      if (resourceType !== options.type) return;
      // Granted again, an entry keeps its id.
      await tx.accessEntry.deleteMany({ where: { id } });
      if (isRevoked || (resourceId && !(await options.exists(tx, resourceId)))) return;
      const expiresAt = payload.expiresAt ? new Date(payload.expiresAt) : null;
      await tx.accessEntry.createMany({ data: [{ id, subject, action, resourceId, effect, expiresAt }] });
    },

    async accessChanged(tx, { payload: { userId, groups } }) {
      // Unknown in events of before there were groups.
      if (!groups) return;
      await tx.accessMembership.deleteMany({ where: { userId, groupId: { notIn: groups } } });
      if (groups.length === 0) return;
      const data = groups.map((groupId) => ({ userId, groupId }));
      await tx.accessMembership.createMany({ data, skipDuplicates: true });
    },

    async groupDeleted(tx, { payload: { groupId } }) {
      await tx.accessEntry.deleteMany({ where: { subject: `group:${groupId}` } });
      await tx.accessMembership.deleteMany({ where: { groupId } });
    },
  };
}

import { appendToOutbox } from '@kronos/events';
import { announceAccess, lockUsers, shareAccess } from './access.ts';
import type { Prisma, PrismaClient } from './client/client.ts';

/** How many people one transaction announces: a few hundred milliseconds. */
const batchSize = 500;

/** Whose rights have changed: the holders of these roles, directly or by a group, and the members of these groups. */
export interface Affected {
  roleIds?: readonly string[];
  groupIds?: readonly string[];
}

/**
 * Sees to it that everyone is announced whose rights follow from these roles or groups. Up to 500 people are announced
 * in this transaction; of more, the rest is noted in it, and worked off by `announceDue` after it.
 *
 * @param tx holds `lockAccess`, so that nobody gets or loses these roles meanwhile
 * @returns how many people are affected
 */
export async function announceAffected(tx: Prisma.TransactionClient, affected: Affected): Promise<number> {
  const count = await noteDue(tx, affected);
  if (count > batchSize) await appendToOutbox(tx, 'rightsChanged', {});
  if (count > 0) await announceBatch(tx);
  return count;
}

/**
 * Notes whose rights are to be announced, for what is changed only after it in the same transaction: whoever is in a
 * group that goes is not found any more when it has gone.
 *
 * @returns how many people that are
 */
export function noteDue(
  tx: Prisma.TransactionClient,
  { roleIds = [], groupIds = [] }: Affected,
): Promise<number> {
  // In order, so that two transactions that note the same people never wait for one another.
  return tx.$executeRaw`
    INSERT INTO access_due (user_id)
    SELECT user_id FROM (
      SELECT user_id FROM user_role WHERE role_id = ANY(${roleIds}::uuid[])
      UNION
      SELECT member.user_id FROM group_member member JOIN group_role held USING (group_id)
        WHERE held.role_id = ANY(${roleIds}::uuid[])
      UNION
      SELECT user_id FROM group_member WHERE group_id = ANY(${groupIds}::uuid[])
    ) affected
    ORDER BY user_id
    ON CONFLICT DO NOTHING`;
}

/**
 * Announces some of those who are due, in the given transaction.
 *
 * @returns how many it were; 0 when nobody is due whom no other transaction announces
 */
export async function announceBatch(tx: Prisma.TransactionClient): Promise<number> {
  const due = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM access_due WHERE user_id IN (
      SELECT user_id FROM access_due ORDER BY user_id LIMIT ${batchSize} FOR UPDATE SKIP LOCKED
    ) RETURNING user_id AS id`;
  const ids = due.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await lockUsers(tx, ids);
  await announceAccess(tx, ...ids);
  return ids.length;
}

/** Announces everyone who is due, each batch in a transaction of its own: what was done when a process dies, is done. */
export async function announceDue(db: PrismaClient): Promise<void> {
  let announced: number;
  do {
    announced = await db.$transaction(async (tx) => {
      await shareAccess(tx);
      return announceBatch(tx);
    });
  } while (announced > 0);
}

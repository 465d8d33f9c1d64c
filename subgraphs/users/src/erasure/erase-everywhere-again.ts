import type { Prisma } from '@kronos/prisma-users';
import { lockUsers } from '@kronos/prisma-users/access';
import { beginErasure, findOpenErasure, scheduleErasure } from './begin-erasure.ts';

/**
 * Has every domain erase someone again whom a restore has brought back here: it has most likely brought back what the others had
 * of them, too, and not all of them find that out by themselves.
 *
 * @param tx in which they were erased here again
 */
export async function eraseEverywhereAgain(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  await lockUsers(tx, [userId]);
  if ((await tx.user.count({ where: { id: userId } })) === 0) return;
  const open = await findOpenErasure(tx, userId);
  if (open?.status === 'RUNNING') return;
  const request = open ?? (await scheduleErasure(tx, { userId, requestedBy: null, beginsAt: new Date() }));
  await beginErasure(tx, request);
}

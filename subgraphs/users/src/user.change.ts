import { appendToOutbox } from '@kronos/events';
import type { Prisma, User } from '@kronos/prisma-users';
import { lockUsers } from '@kronos/prisma-users/access';
import { tryDecodeId, userFaults } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { fault, isErased, noSuchUser } from './faults.ts';
import { mayWrite } from './privacy.rules.ts';

/**
 * Changes something that is a person's own, and announces it.
 *
 * @param id of the person, as it stands in the graph
 * @param write what to change, in the transaction that has locked the person
 * @throws UserFaults with NOT_FOUND, FORBIDDEN or, for someone who is erased, CONFLICT
 */
export async function changePerson(
  context: Context,
  id: string,
  write: (tx: Prisma.TransactionClient, userId: string) => Promise<unknown>,
): Promise<{ user: User }> {
  const { viewer, db, findUser, loaders } = context;
  const userId = tryDecodeId('user', id);
  if (!userId) return userFaults(noSuchUser(['id']));
  if (!mayWrite(viewer, userId)) return userFaults(notYours);
  if (!(await findUser(userId))) return userFaults(noSuchUser(['id']));

  const user = await db.$transaction(async (tx) => {
    await lockUsers(tx, [userId]);
    const { status } = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: { status: true } });
    if (status === 'ERASED') return userFaults(isErased());
    await write(tx, userId);
    await appendToOutbox(tx, 'userUpdated', { userId });
    return tx.user.findUniqueOrThrow({ where: { id: userId } });
  });
  loaders.user.clear(userId).prime(userId, user);
  return { user };
}

const notYours = fault('FORBIDDEN', 'You can change what is your own only.', ['id']);

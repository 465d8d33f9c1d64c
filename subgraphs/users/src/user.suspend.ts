import { appendToOutbox } from '@kronos/events';
import type { Prisma, User } from '@kronos/prisma-users';
import { lockUsers } from '@kronos/prisma-users/access';
import { mutation, newId, requireRecentLogin, tryDecodeId, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationUserReinstateArgs, MutationUserSuspendArgs } from './__generated__/types.ts';
import { keepingAnAdministrator } from './administrators.ts';
import type { Context } from './context.ts';
import { isErased, noSuchUser } from './faults.ts';
import { refuseOutOfReach } from './role.rights.ts';

const suspensionShape = z.object({
  reason: z
    .string('A reason is needed.')
    .transform((reason) => reason.trim())
    .refine((reason) => reason !== '', 'Say why.')
    .refine((reason) => [...reason].length <= 500, 'A reason has at most 500 characters.'),
});

/** Closes someone's account for a time; auth ends their sessions. */
export const userSuspend = mutation(
  (_parent: unknown, { id, input }: MutationUserSuspendArgs, context: Context) => {
    const { reason } = validInput(suspensionShape, input);
    const actorId = context.viewer?.userId ?? null;
    return changeStatus(context, id, 'SUSPENDED', async (tx, userId) => {
      await tx.suspension.create({ data: { id: newId(), userId, reason, suspendedBy: actorId } });
      await appendToOutbox(tx, 'userSuspended', { userId, actorId });
    });
  },
);

/** Opens an account again. */
export const userReinstate = mutation(
  (_parent: unknown, { id }: MutationUserReinstateArgs, context: Context) => {
    const actorId = context.viewer?.userId ?? null;
    return changeStatus(context, id, 'ACTIVE', async (tx, userId) => {
      await tx.suspension.updateMany({
        where: { userId, reinstatedAt: null },
        data: { reinstatedAt: new Date(), reinstatedBy: actorId },
      });
      await appendToOutbox(tx, 'userReinstated', { userId, actorId });
    });
  },
);

/**
 * Gives an account another status, with what belongs to it, in one transaction; does nothing when it has it already.
 *
 * @param id of the person, as it stands in the graph
 */
async function changeStatus(
  context: Context,
  id: string,
  status: 'ACTIVE' | 'SUSPENDED',
  effect: (tx: Prisma.TransactionClient, userId: string) => Promise<void>,
): Promise<{ user: User }> {
  requireRecentLogin(context.viewer);
  const { db, loaders } = context;
  const userId = tryDecodeId('user', id);
  if (!userId || !(await context.findUser(userId))) return userFaults(noSuchUser(['id']));

  const user = await db.$transaction((tx) =>
    keepingAnAdministrator(tx, ['id'], async () => {
      await lockUsers(tx, [userId]);
      const before = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (before.status === 'ERASED') return userFaults(isErased());
      await refuseOutOfReach(tx, userId, context.viewer);
      if (before.status === status) return before;

      const changed = await tx.user.update({ where: { id: userId }, data: { status } });
      await effect(tx, userId);
      await appendToOutbox(tx, 'userUpdated', { userId });
      return changed;
    }),
  );
  loaders.user.clear(userId).prime(userId, user);
  return { user };
}

import type { ErasureRequest, UserStatus } from '@kronos/prisma-users';
import { lockAccess, lockUsers } from '@kronos/prisma-users/access';
import {
  mutation,
  refuseImpersonator,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationUserEraseArgs, MutationUserEraseCancelArgs } from '../__generated__/types.ts';
import { keepingAnAdministrator } from '../administrators.ts';
import type { Context } from '../context.ts';
import { isErased, noSuchUser } from '../faults.ts';
import { refuseOutOfReach } from '../role.rights.ts';
import { isSelfOr } from '../self-or-scope.ts';
import { announceErasure, beginErasure, findOpenErasure, scheduleErasure } from './begin-erasure.ts';

const longestGraceMs = 90 * 24 * 60 * 60 * 1000;

const eraseShape = z.object({
  after: z
    .date()
    .refine((after) => after.getTime() > Date.now(), 'A moment to come.')
    .refine((after) => after.getTime() < Date.now() + longestGraceMs, 'At most 90 days from now.')
    .nullish(),
});

const notYours = new UserFault({
  code: 'FORBIDDEN',
  message: 'You can have yourself erased, and nobody else.',
  field: ['id'],
});

/** Has someone erased by every domain, at once or after a time in which it can be cancelled. */
export const userErase = mutation(
  async (_parent: unknown, { id, input }: MutationUserEraseArgs, context: Context) => {
    const { viewer, db } = context;
    const userId = tryDecodeId('user', id);
    if (!userId) return userFaults(noSuchUser(['id']));
    if (!isSelfOr(viewer, userId, 'users:erase')) return userFaults(notYours);
    requireRecentLogin(viewer);
    if (!(await context.findUser(userId))) return userFaults(noSuchUser(['id']));
    const { after } = validInput(eraseShape, input);

    const erasureRequest = await db.$transaction(async (tx): Promise<ErasureRequest> => {
      await lockAccess(tx);
      await lockUsers(tx, [userId]);
      const open = await findOpenErasure(tx, userId);
      if (open) return open;
      const { status } = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (status === 'ERASED') return userFaults(isErased());
      if (viewer?.userId !== userId) await refuseOutOfReach(tx, userId, viewer);

      const requestedBy = viewer?.userId ?? null;
      const request = await scheduleErasure(tx, { userId, requestedBy, beginsAt: after ?? new Date() });
      if (!after) return keepingAnAdministrator(tx, ['id'], () => beginErasure(tx, request));

      // Tried and taken back: who cannot go now is told so now, and not when the time has come.
      const become = (next: UserStatus) => tx.user.update({ where: { id: userId }, data: { status: next } });
      await keepingAnAdministrator(tx, ['id'], () => become('ERASED'));
      await become(status);
      return request;
    });
    context.loaders.user.clear(userId);
    return { erasureRequest };
  },
);

/** Lets an erasure be that has not begun. */
export const userEraseCancel = mutation(
  async (_parent: unknown, { id }: MutationUserEraseCancelArgs, { db, viewer }: Context) => {
    refuseImpersonator(viewer);
    const requestId = tryDecodeId('erasure_request', id);
    const known = requestId && (await db.erasureRequest.findUnique({ where: { id: requestId } }));
    if (!known || !isSelfOr(viewer, known.userId, 'users:erase')) return userFaults(noSuchRequest);

    const erasureRequest = await db.$transaction(async (tx) => {
      const [cancelled] = await tx.erasureRequest.updateManyAndReturn({
        where: { id: known.id, status: 'SCHEDULED' },
        data: { status: 'CANCELLED', endedAt: new Date() },
      });
      if (cancelled) await announceErasure(tx, cancelled);
      const current = cancelled ?? (await tx.erasureRequest.findUniqueOrThrow({ where: { id: known.id } }));
      return current.status === 'CANCELLED' ? current : userFaults(tooLate);
    });
    return { erasureRequest };
  },
);

const noSuchRequest = new UserFault({
  code: 'NOT_FOUND',
  message: 'There is no such erasure to cancel.',
  field: ['id'],
});
const tooLate = new UserFault({
  code: 'CONFLICT',
  message: 'The erasure has begun: it cannot be cancelled any more.',
  field: ['id'],
});

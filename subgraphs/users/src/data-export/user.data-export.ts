import { appendToOutbox, personalDataDomains } from '@kronos/events';
import type { DataExport, Prisma } from '@kronos/prisma-users';
import { lockUsers } from '@kronos/prisma-users/access';
import {
  createSealingKeys,
  mutation,
  newId,
  requireOwnLogin,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  userFaults,
} from '@kronos/subgraph';
import type { MutationUserDataExportArgs } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { isErased, noSuchUser } from '../faults.ts';
import { isSelfOr } from '../self-or-scope.ts';

const lifeMs = 7 * 24 * 60 * 60 * 1000;
/** Exports of one person that are kept at once. */
const most = 5;

const notYours = new UserFault({
  code: 'FORBIDDEN',
  message: 'You can export your own data only.',
  field: ['id'],
});
const tooMany = new UserFault({
  code: 'CONFLICT',
  message: `There are ${most} exports already: use the last one, or wait until the oldest has expired.`,
  field: ['id'],
});

/** Has every domain export what it keeps of someone; while an export is under way, that one is the answer. */
export const userDataExport = mutation(
  async (_parent: unknown, { id }: MutationUserDataExportArgs, context: Context) => {
    const { viewer, db } = context;
    // Everything about somebody is not for who acts under their name, nor for a program of theirs.
    if (tryDecodeId('user', id) === viewer?.userId) requireOwnLogin(viewer);
    else requireRecentLogin(viewer);
    const userId = tryDecodeId('user', id);
    if (!userId) return userFaults(noSuchUser(['id']));
    if (!isSelfOr(viewer, userId, 'users:export')) return userFaults(notYours);
    if (!(await context.findUser(userId))) return userFaults(noSuchUser(['id']));

    const keys = await createSealingKeys();
    const dataExport = await db.$transaction(async (tx): Promise<DataExport> => {
      await lockUsers(tx, [userId]);
      const { status } = await tx.user.findUniqueOrThrow({ where: { id: userId } });
      if (status === 'ERASED') return userFaults(isErased());
      const kept = await tx.dataExport.findMany({ where: { userId, expiresAt: { gt: new Date() } } });
      const open = kept.find((each) => each.status === 'PENDING');
      if (open) return open;
      if (kept.length >= most) return userFaults(tooMany);

      const created = await tx.dataExport.create({
        data: {
          id: newId(),
          userId,
          requestedBy: viewer?.userId ?? null,
          publicKey: keys.publicKey as Prisma.InputJsonObject,
          privateKey: keys.privateKey as Prisma.InputJsonObject,
          expiresAt: new Date(Date.now() + lifeMs),
          steps: { create: personalDataDomains().map((domain) => ({ domain })) },
        },
      });
      await askForExport(tx, created);
      return created;
    });
    return { dataExport };
  },
);

/** Asks every domain; those that have answered do it again, and their second answer is left aside. */
export async function askForExport(
  tx: Prisma.TransactionClient,
  { id: requestId, userId, publicKey }: Pick<DataExport, 'id' | 'userId' | 'publicKey'>,
): Promise<void> {
  await appendToOutbox(tx, 'dataExportRequested', {
    requestId,
    userId,
    publicKey: publicKey as Record<string, string>,
  });
}

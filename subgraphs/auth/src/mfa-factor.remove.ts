import { mutation, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationMfaFactorRemoveArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { requireWayIn } from './identity.unlink.ts';
import { createRecoveryCodes } from './mfa.recovery-codes.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { isSelfOr } from './viewer.rules.ts';

/**
 * Removes a factor of the caller or, by `auth:admin`, of somebody who has lost theirs. With the last one, the recovery codes
 * go, and the password alone lets in again.
 */
export const mfaFactorRemove = mutation(
  async (_parent: unknown, { id }: MutationMfaFactorRemoveArgs, context: Context) => {
    const { database, viewer } = context;
    const factorId = tryDecodeId('mfafactor', id);
    const factor = factorId ? await database.mfaFactor.findUnique({ where: { id: factorId } }) : null;
    if (!factor || !isSelfOr(viewer, factor.accountId, 'auth:admin')) return notFound();
    await requireRecentProof(context);
    const { accountId } = factor;
    await database.$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM account WHERE id = ${accountId}::uuid FOR UPDATE`;
      const { count } = await transaction.mfaFactor.deleteMany({ where: { id: factor.id } });
      if (count === 0) notFound();
      if (factor.kind === 'PASSKEY') await requireWayIn(transaction, context, accountId);
      const left = await transaction.mfaFactor.count({ where: { accountId, verifiedAt: { not: null } } });
      if (left === 0) {
        await transaction.account.update({ where: { id: accountId }, data: { hasSecondFactor: false } });
        await transaction.recoveryCode.deleteMany({ where: { accountId } });
      }
      const removed = { kind: 'MFA_FACTOR_REMOVED', userId: accountId, by: context } as const;
      await raiseSecurityEvent(transaction, { ...removed, details: { factor: factor.kind } });
    });
    return { mfaFactor: factor };
  },
);

/** Makes ten new recovery codes for the caller, which are shown this once; older ones are worth nothing. */
export const recoveryCodesCreate = mutation(async (_parent: unknown, _args: object, context: Context) => {
  const { database, viewer } = context;
  await requireRecentProof(context);
  const { userId } = viewer!;
  return database.$transaction(async (transaction) => {
    await transaction.$queryRaw`SELECT 1 FROM account WHERE id = ${userId}::uuid FOR UPDATE`;
    const account = await transaction.account.findUniqueOrThrow({ where: { id: userId } });
    if (!account.hasSecondFactor) return nothingToRecover();
    const recoveryCodes = await createRecoveryCodes(transaction, userId);
    await raiseSecurityEvent(transaction, { kind: 'RECOVERY_CODES_CREATED', userId, by: context });
    return { recoveryCodes };
  });
});

function notFound(): never {
  return userFaults(new UserFault({ code: 'NOT_FOUND', message: 'There is no such factor.', field: ['id'] }));
}

function nothingToRecover(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID',
      message: 'Add a second factor first: without one there is nothing to recover.',
    }),
  );
}

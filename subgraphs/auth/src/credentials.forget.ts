import type { Prisma } from '@kronos/prisma-auth';
import { revokeApiTokens } from './api-token.revoke.ts';
import type { Context } from './context.ts';
import { unlinkAll } from './identity.unlink.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/**
 * Takes from an account whatever lets somebody in beside its password: second factors with their recovery codes, API tokens,
 * identities at other providers. For its owner, when somebody else may have put them there.
 */
export async function forgetCredentials(
  transaction: Prisma.TransactionClient,
  context: Context,
  accountId: string,
): Promise<void> {
  const { count } = await transaction.mfaFactor.deleteMany({ where: { accountId } });
  await transaction.recoveryCode.deleteMany({ where: { accountId } });
  await transaction.account.update({ where: { id: accountId }, data: { hasSecondFactor: false } });
  if (count > 0) {
    const removed = {
      kind: 'MFA_FACTOR_REMOVED',
      userId: accountId,
      actorId: accountId,
      by: context,
    } as const;
    await raiseSecurityEvent(transaction, { ...removed, details: { factors: count } });
  }
  await revokeApiTokens(transaction, { accountId }, context);
  await unlinkAll(transaction, context, accountId);
}

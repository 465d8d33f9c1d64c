import type { MfaFactor, Prisma } from '@kronos/prisma-auth';
import { mutation, tryDecodeId, UserFault, unlessTaken, userFaults } from '@kronos/subgraph';
import type { MfaFactorVerifyInput, MutationMfaFactorVerifyArgs } from './__generated__/types.ts';
import { combinedAmr } from './amr.rules.ts';
import type { Context } from './context.ts';
import { refuseProof, takeCode } from './mfa.prove.ts';
import { createRecoveryCodes } from './mfa.recovery-codes.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/** A passkey that was asked for so long ago is asked for anew. */
const patienceMs = 10 * 60 * 1000;

/**
 * Takes the first proof of a factor. From now on the account wants a second factor at every log-in; with the first one its
 * owner gets ten recovery codes, which are shown this once. The session counts as logged in by both.
 */
export const mfaFactorVerify = mutation(
  async (_parent: unknown, { id, input }: MutationMfaFactorVerifyArgs, context: Context) => {
    const { database, throttle, viewer } = context;
    await requireRecentProof(context);
    const { userId: accountId, sessionId } = viewer!;
    const factorId = tryDecodeId('mfafactor', id);
    const factor = factorId
      ? await database.mfaFactor.findFirst({ where: { id: factorId, accountId, verifiedAt: null } })
      : null;
    if (!factor) return notFound();
    const takeBack = await throttle.secondFactor(accountId);
    const proof = await firstProof(context, input, factor);
    if (!proof) return refuseProof(input);
    await takeBack();

    const write = () =>
      database.$transaction(async (transaction) => {
        const account = await lockAccount(transaction, accountId);
        const [mfaFactor] = await transaction.mfaFactor.updateManyAndReturn({
          where: { id: factor.id, verifiedAt: null },
          data: { ...proof.stored, challenge: null, verifiedAt: new Date(), lastUsedAt: new Date() },
        });
        if (!mfaFactor) return notFound();
        const recoveryCodes = account.hasSecondFactor
          ? null
          : await createRecoveryCodes(transaction, accountId);
        await transaction.account.update({ where: { id: accountId }, data: { hasSecondFactor: true } });
        const session = sessionId ? await transaction.session.findUnique({ where: { id: sessionId } }) : null;
        if (session) {
          const amr = combinedAmr(session.amr, proof.amr);
          await transaction.session.update({ where: { id: session.id }, data: { amr } });
        }
        const added = { kind: 'MFA_FACTOR_ADDED', userId: accountId, by: context } as const;
        await raiseSecurityEvent(transaction, { ...added, details: { factor: factor.kind } });
        return { mfaFactor, recoveryCodes };
      });
    // A credential belongs to one account; its id is the authenticator's to choose.
    return unlessTaken(write, () => refuseProof({}));
  },
);

/** Of two first factors at the same moment, one makes the recovery codes. */
async function lockAccount(transaction: Prisma.TransactionClient, id: string) {
  await transaction.$queryRaw`SELECT 1 FROM account WHERE id = ${id}::uuid FOR UPDATE`;
  return transaction.account.findUniqueOrThrow({ where: { id } });
}

async function firstProof(context: Context, { code, passkey }: MfaFactorVerifyInput, factor: MfaFactor) {
  if (factor.kind === 'TOTP') {
    const isRight = code ? await takeCode(context, code, factor) : false;
    return isRight ? { amr: ['otp'], stored: {} } : null;
  }
  const isLate = Date.now() - factor.createdAt.getTime() > patienceMs;
  if (!factor.challenge || isLate) return null;
  const credential = await context.passkeys.register(passkey, factor.challenge);
  if (!credential) return null;
  const { id: credentialId, counter: signCount, transports = [] } = credential;
  const publicKey = new Uint8Array(credential.publicKey);
  return { amr: ['hwk', 'user'], stored: { credentialId, publicKey, signCount, transports } };
}

function notFound(): never {
  return userFaults(
    new UserFault({
      code: 'NOT_FOUND',
      message: 'There is no such factor that wants to be verified.',
      field: ['id'],
    }),
  );
}

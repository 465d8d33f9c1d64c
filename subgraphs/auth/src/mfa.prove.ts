import type { MfaFactor } from '@kronos/prisma-auth';
import { UserFault, userFaults } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { credentialIdOf } from './mfa.passkeys.ts';
import { useRecoveryCode } from './mfa.recovery-codes.ts';
import { mfaSecretContext, totpStepOf } from './mfa.totp.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/** What somebody shows beside a password: one of these. */
export interface FactorProof {
  /** The code that an authenticator shows. */
  code?: string | null;
  recoveryCode?: string | null;
  /** What `navigator.credentials.get` has given, in its JSON form. */
  passkey?: unknown;
}

/** What was proved: whose it is, and by what, in the names of RFC 8176. */
export interface Proved {
  accountId: string;
  amr: readonly string[];
}

/**
 * Looks at what somebody shows, and uses it up: no code, no recovery code and no signature counts twice.
 *
 * @param asked.accountId whose it must be; null when a passkey may say so
 * @param asked.passkey what a passkey was to sign; null when none was asked
 * @returns null when it proves nothing
 */
export async function prove(
  context: Context,
  proof: FactorProof,
  asked: { accountId: string | null; passkey: string | null },
): Promise<Proved | null> {
  const { accountId, passkey } = asked;
  if (proof.passkey)
    return passkey === null ? null : provePasskey(context, proof.passkey, { accountId, passkey });
  if (accountId === null) return null;
  if (proof.code)
    return (await proveCode(context, proof.code, accountId)) ? { accountId, amr: ['otp'] } : null;
  if (proof.recoveryCode) return proveRecoveryCode(context, proof.recoveryCode, accountId);
  return null;
}

async function proveCode(context: Context, code: string, accountId: string): Promise<boolean> {
  const factors = await context.database.mfaFactor.findMany({
    where: { accountId, kind: 'TOTP', verifiedAt: { not: null } },
  });
  for (const factor of factors) {
    if (await takeCode(context, code, factor)) return true;
  }
  return false;
}

/** Takes a code of a factor, once: nobody who has looked over a shoulder can use it again (RFC 6238, 5.2). */
export async function takeCode(
  { database, sealer }: Pick<Context, 'database' | 'sealer'>,
  code: string,
  factor: MfaFactor,
): Promise<boolean> {
  if (!factor.sealedSecret) return false;
  const now = new Date();
  const lastStep = totpStepOf(code, sealer.unseal(factor.sealedSecret, mfaSecretContext(factor.id)), now);
  if (lastStep === null) return false;
  const { count } = await database.mfaFactor.updateMany({
    where: { id: factor.id, OR: [{ lastStep: null }, { lastStep: { lt: lastStep } }] },
    data: { lastStep, lastUsedAt: now },
  });
  return count === 1;
}

async function proveRecoveryCode(context: Context, code: string, accountId: string): Promise<Proved | null> {
  const isRight = await context.database.$transaction(async (transaction) => {
    if (!(await useRecoveryCode(transaction, accountId, code))) return false;
    const event = { kind: 'RECOVERY_CODE_USED', userId: accountId, actorId: accountId, by: context } as const;
    await raiseSecurityEvent(transaction, event);
    return true;
  });
  return isRight ? { accountId, amr: ['otp'] } : null;
}

async function provePasskey(
  { database, passkeys }: Context,
  answer: unknown,
  asked: { accountId: string | null; passkey: string },
): Promise<Proved | null> {
  const credentialId = credentialIdOf(answer);
  const factor = credentialId ? await database.mfaFactor.findUnique({ where: { credentialId } }) : null;
  if (!factor?.verifiedAt || (asked.accountId !== null && factor.accountId !== asked.accountId)) return null;
  const counter = await passkeys.authenticate(answer, asked.passkey, factor);
  if (counter === null) return null;
  // A counter that does not grow is that of a copy; authenticators that do not count say 0 for ever.
  const { count } = await database.mfaFactor.updateMany({
    where: { id: factor.id, signCount: counter === 0 ? 0 : { lt: counter } },
    data: { signCount: counter, lastUsedAt: new Date() },
  });
  return count === 1 ? { accountId: factor.accountId, amr: ['hwk', 'user'] } : null;
}

/** The end of a mutation whose proof was none. */
export function refuseProof({ code, recoveryCode }: FactorProof): never {
  const field = code ? 'code' : recoveryCode ? 'recoveryCode' : 'passkey';
  return userFaults(
    new UserFault({
      code: 'INVALID_CREDENTIALS',
      message: 'This proves nothing: it is wrong, was used before, or is not of this account.',
      field: ['input', field],
    }),
  );
}

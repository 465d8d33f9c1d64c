import type { LogInChallenge, MfaFactor } from '@kronos/prisma-auth';
import { UserFault, userFaults } from '@kronos/subgraph';
import type { MfaFactorKind, UserError } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';

const lifeMilliseconds = 5 * 60 * 1000;
const mostAttempts = 5;

type Database = Pick<Context['database'], 'logInChallenge'>;

/**
 * Asks for a further proof, for five minutes.
 *
 * @param asked.accountId whose it must be; null when the passkey says so
 * @param asked.amr what is proved already
 * @param asked.factors those of the account, if there is one
 */
export async function createChallenge(
  { database, passkeys }: Pick<Context, 'database' | 'passkeys'>,
  asked: { accountId: string | null; amr: readonly string[]; factors: readonly MfaFactor[] },
) {
  const id = newSecretToken();
  const expiresAt = new Date(Date.now() + lifeMilliseconds);
  const keys = asked.factors.filter(({ kind }) => kind === 'PASSKEY');
  const options = await passkeys.authentication(keys);
  const { accountId, amr } = asked;
  await database.logInChallenge.create({
    data: { hash: hashSecret(id), accountId, amr: [...amr], passkey: options.challenge, expiresAt },
  });
  const kinds = [...new Set(asked.factors.map(({ kind }) => kind as MfaFactorKind))].sort();
  const takesPasskeys = accountId === null || keys.length > 0;
  return { id, expiresAt, kinds, passkeyOptions: takesPasskeys ? options : null };
}

/** What a log-in says beside the challenge. */
export const mfaRequired: UserError = {
  code: 'MFA_REQUIRED',
  message: 'That was right. Prove by a second factor, too, that it is you: ask for `sessionCreateComplete`.',
};

/**
 * Asks whoever logs in for one of the second factors of their account.
 *
 * @param amr what is proved already
 */
export async function askForFactor(
  context: Pick<Context, 'database' | 'passkeys'>,
  accountId: string,
  amr: readonly string[],
) {
  const factors = await context.database.mfaFactor.findMany({
    where: { accountId, verifiedAt: { not: null } },
  });
  return createChallenge(context, { accountId, amr, factors });
}

/**
 * Counts an attempt at a challenge, before it is looked at: five are all that it takes.
 *
 * @throws UserFaults with INVALID_TOKEN
 */
export async function attemptChallenge(database: Database, id: string): Promise<LogInChallenge> {
  const [challenge] = await database.logInChallenge.updateManyAndReturn({
    where: {
      hash: hashSecret(id),
      usedAt: null,
      expiresAt: { gt: new Date() },
      attempts: { lt: mostAttempts },
    },
    data: { attempts: { increment: 1 } },
  });
  return challenge ?? invalidChallenge();
}

/**
 * Uses a challenge up, in the transaction of what it lets through.
 *
 * @throws UserFaults with INVALID_TOKEN when another was quicker
 */
export async function claimChallenge(transaction: Database, { hash }: LogInChallenge): Promise<void> {
  const { count } = await transaction.logInChallenge.updateMany({
    where: { hash, usedAt: null },
    data: { usedAt: new Date() },
  });
  if (count === 0) invalidChallenge();
}

function invalidChallenge(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_TOKEN',
      message: 'This log-in was finished before, took too long, or was tried too often: begin anew.',
      field: ['input', 'challengeId'],
    }),
  );
}

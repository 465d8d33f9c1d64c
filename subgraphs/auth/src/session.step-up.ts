import type { Account, Session } from '@kronos/prisma-auth';
import { mutation, requireOwnLogin, UserFault, unauthenticated, userFaults } from '@kronos/subgraph';
import type { MutationSessionStepUpArgs } from './__generated__/types.ts';
import { combinedAmr } from './amr.rules.ts';
import type { Context } from './context.ts';
import { attemptChallenge, claimChallenge } from './mfa.challenge.ts';
import { prove, refuseProof } from './mfa.prove.ts';
import { catchUpWithUsers } from './on-users.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';
import { originOf, tokenPair } from './session.open.ts';
import { isSessionOpen, sessionExpiry } from './session.rules.ts';

/**
 * Takes a new proof of who the caller is, in the session that they have, for what `requireRecentLogin` guards. The tokens
 * carry when and how; the refresh token before them is used up, so that a session never has two.
 */
export const sessionStepUp = mutation(
  async (_parent: unknown, { input }: MutationSessionStepUpArgs, context: Context) => {
    const { database, throttle, viewer } = context;
    const session = viewer?.sessionId ? await context.sessions.load(viewer.sessionId) : null;
    requireOwnLogin(viewer);
    if (!session || !isSessionOpen(session, new Date())) throw sessionIsOver();
    const takeBack = await throttle.stepUp(session.id);
    const account = await database.account.findUniqueOrThrow({ where: { id: session.accountId } });
    const amr = account.hasSecondFactor
      ? await proveByFactor(context, session, input)
      : await proveByPassword(context, account, input.password ?? '');
    await takeBack();
    await catchUpWithUsers(context);
    const proved = await renewProof(context, session, amr);
    const current = await database.account.findUniqueOrThrow({ where: { id: account.id } });
    return {
      session: { ...proved.session, isCaller: true },
      tokens: await tokenPair(context, current, proved),
    };
  },
);

async function proveByPassword(
  { passwords }: Context,
  { passwordHash }: Pick<Account, 'passwordHash'>,
  password: string,
): Promise<string[]> {
  return (await passwords.matches(passwordHash, password)) ? ['pwd'] : wrongPassword();
}

/** Who has a second factor proves it again: the password alone is what a thief of it would have, too. */
async function proveByFactor(
  context: Context,
  session: Session,
  input: MutationSessionStepUpArgs['input'],
): Promise<string[]> {
  if (!input.code && !input.recoveryCode && !input.passkey) return factorRequired();
  const { accountId } = session;
  const challenge = input.challengeId ? await attemptChallenge(context.database, input.challengeId) : null;
  const isTheirs = challenge?.accountId === accountId;
  const passkey = isTheirs ? challenge.passkey : null;
  const proved = await prove(context, input, { accountId, passkey });
  if (!proved) return refuseProof(input);
  if (challenge) await claimChallenge(context.database, challenge);
  return combinedAmr(session.amr, proved.amr);
}

function factorRequired(): never {
  return userFaults(
    new UserFault({
      code: 'MFA_REQUIRED',
      message: 'Your account has a second factor: prove by it that it is you.',
      field: ['input'],
    }),
  );
}

/** Notes when and by what the proof was given, and gives the session its next refresh token in the place of all others. */
function renewProof(context: Context, { id, createdAt }: Session, amr: string[]) {
  return context.database.$transaction(async (transaction) => {
    const now = new Date();
    const refreshToken = newSecretToken();
    const [session] = await transaction.session.updateManyAndReturn({
      where: { id, revokedAt: null },
      data: {
        authenticatedAt: now,
        amr,
        lastSeenAt: now,
        expiresAt: sessionExpiry(createdAt, now),
        ...originOf(context),
      },
    });
    // Revoked since it was read.
    if (!session) throw sessionIsOver();
    await transaction.refreshToken.updateMany({
      where: { sessionId: id, usedAt: null },
      data: { usedAt: now },
    });
    await transaction.refreshToken.create({ data: { hash: hashSecret(refreshToken), sessionId: id } });
    return { session, refreshToken };
  });
}

function sessionIsOver() {
  return unauthenticated('Your session is over: log in again.');
}

function wrongPassword(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_CREDENTIALS',
      message: 'This is not the password of your account.',
      field: ['input', 'password'],
    }),
  );
}

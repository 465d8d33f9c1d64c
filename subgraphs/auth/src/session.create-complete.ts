import { mutation, requireOwnLogin } from '@kronos/subgraph';
import type { MutationSessionCreateCompleteArgs } from './__generated__/types.ts';
import { combinedAmr } from './amr.rules.ts';
import type { Context } from './context.ts';
import { completeLogIn } from './log-in.ts';
import { attemptChallenge, claimChallenge, createChallenge } from './mfa.challenge.ts';
import { prove, refuseProof } from './mfa.prove.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/**
 * Finishes a log-in by a second factor, or makes a whole one by a passkey. Attempts are bounded by the challenge, of which
 * there is one for each right password, and by the account.
 */
export const sessionCreateComplete = mutation(
  async (_parent: unknown, { input }: MutationSessionCreateCompleteArgs, context: Context) => {
    const { database, throttle } = context;
    const challenge = await attemptChallenge(database, input.challengeId);
    const { accountId, passkey, amr } = challenge;
    // What no password has begun, only a passkey finishes: a code alone is a second factor to nothing.
    if (amr.length === 0 && !input.passkey) return refuseProof(input);
    const takeBack = await throttle.secondFactor(accountId ?? challenge.hash);
    const proved = await prove(context, input, { accountId, passkey });
    if (!proved) {
      const failed = { kind: 'MFA_FAILED', userId: accountId, actorId: null, by: context } as const;
      await database.$transaction((transaction) => raiseSecurityEvent(transaction, failed));
      return refuseProof(input);
    }
    await takeBack();
    return completeLogIn(context, proved.accountId, combinedAmr(amr, proved.amr), (transaction) =>
      claimChallenge(transaction, challenge),
    );
  },
);

/** Asks for a passkey: anybody's, to log in with nothing else, or the caller's, for `sessionStepUp`. */
export const passkeyChallengeCreate = mutation(async (_parent: unknown, _args: object, context: Context) => {
  await context.throttle.passkeyChallenge(context.clientAddress);
  requireOwnLogin(context.viewer);
  const accountId = context.viewer?.userId ?? null;
  const factors = accountId
    ? await context.database.mfaFactor.findMany({ where: { accountId, verifiedAt: { not: null } } })
    : [];
  return { challenge: await createChallenge(context, { accountId, amr: [], factors }) };
});

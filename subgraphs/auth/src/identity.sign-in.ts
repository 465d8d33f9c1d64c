import { mutation } from '@kronos/subgraph';
import type { MutationOauthSignInCompleteArgs, MutationOauthSignInStartArgs } from './__generated__/types.ts';
import { federated } from './amr.rules.ts';
import type { Context } from './context.ts';
import { beginAttempt, finishAttempt } from './identity.attempt.ts';
import type { ForeignIdentity } from './identity.provider.ts';
import { signUpBy } from './identity.sign-up.ts';
import { completeLogIn } from './log-in.ts';
import { askForFactor, mfaRequired } from './mfa.challenge.ts';

/** Sends somebody who wants to log in to another provider. */
export const oauthSignInStart = mutation(
  async (_parent: unknown, { input }: MutationOauthSignInStartArgs, context: Context) =>
    beginAttempt(context, input, null),
);

/**
 * Logs in whom another provider has sent back: to the account that the identity is linked to or, when it is to none, to a new
 * one. Where there is a second factor, the answer is a challenge, as it is to a right password.
 */
export async function oauthSignInComplete(
  parent: unknown,
  args: MutationOauthSignInCompleteArgs,
  context: Context,
) {
  const payload = await signIn(parent, args, context, undefined);
  return 'challenge' in payload ? { ...payload, userErrors: [mfaRequired] } : payload;
}

const signIn = mutation(
  async (_parent: unknown, { input }: MutationOauthSignInCompleteArgs, context: Context) => {
    const identity = await finishAttempt(context, input, null);
    const account = await accountOf(context, identity);
    if (!account) return signUpBy(context, identity);
    if (account.hasSecondFactor) return { challenge: await askForFactor(context, account.id, federated) };
    return { ...(await completeLogIn(context, account.id, federated)), isNewAccount: false };
  },
);

/** The account that an identity is linked to; the link is noted as used. */
async function accountOf({ database }: Context, { provider, issuer, subject }: ForeignIdentity) {
  const [linked] = await database.linkedIdentity.updateManyAndReturn({
    where: { provider, issuer, subject },
    data: { lastUsedAt: new Date() },
  });
  return linked ? database.account.findUnique({ where: { id: linked.accountId } }) : null;
}

import type { Prisma } from '@kronos/prisma-auth';
import { mutation } from '@kronos/subgraph';
import type { MutationEmailVerifyArgs } from './__generated__/types.ts';
import { claimToken, issueToken } from './account-token.ts';
import type { Context } from './context.ts';
import { letters } from './letters.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/** Puts a letter on its way by which the owner of an account proves that the address is theirs. */
export async function sendVerification(
  transaction: Prisma.TransactionClient,
  { post, links }: Pick<Context, 'post' | 'links'>,
  account: { id: string; email: string },
): Promise<void> {
  const { id: accountId, email } = account;
  const { token, expiresAt } = await issueToken(transaction, { accountId, purpose: 'VERIFY_EMAIL', email });
  await post.put(transaction, letters.verifyEmail(email, links('VERIFY_EMAIL', token)), expiresAt);
}

/** Sends the caller another letter to verify their address, unless it is verified. */
export const emailVerificationRequest = mutation(
  async (_parent: unknown, _args: object, context: Context) => {
    const { database, post, throttle, viewer } = context;
    await throttle.letter(viewer!.userId, context.clientAddress);
    const account = await database.account.findUniqueOrThrow({ where: { id: viewer!.userId } });
    if (!account.emailVerifiedAt) {
      await database.$transaction((transaction) => sendVerification(transaction, context, account));
      post.wake();
    }
    return { user: { id: account.id } };
  },
);

/** Takes the token of the letter as the proof that its reader has the address. Whoever has the token may say so. */
export const emailVerify = mutation(
  async (_parent: unknown, { input }: MutationEmailVerifyArgs, context: Context) => {
    const userId = await context.database.$transaction(async (transaction) => {
      const { accountId, email } = await claimToken(transaction, input.token, 'VERIFY_EMAIL');
      // The address may be another one by now.
      const { count } = await transaction.account.updateMany({
        where: { id: accountId, email, emailVerifiedAt: null },
        data: { emailVerifiedAt: new Date() },
      });
      const actor = { userId: accountId, actorId: accountId, by: context };
      if (count > 0) await raiseSecurityEvent(transaction, { kind: 'EMAIL_VERIFIED', ...actor });
      return accountId;
    });
    return { user: { id: userId } };
  },
);

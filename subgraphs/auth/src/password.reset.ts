import type { LetterOrder } from '@kronos/mail';
import type { Account, Prisma } from '@kronos/prisma-auth';
import { parseEmail } from '@kronos/prisma-auth/email';
import { mutation } from '@kronos/subgraph';
import type {
  MutationPasswordResetConfirmArgs,
  MutationPasswordResetRequestArgs,
} from './__generated__/types.ts';
import { claimToken, findToken, issueToken, useUpTokens } from './account-token.ts';
import { revokeApiTokens } from './api-token.revoke.ts';
import type { Context } from './context.ts';
import { forgetCredentials } from './credentials.forget.ts';
import { letters } from './letters.ts';
import { requireStrongPassword } from './password.strong.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions } from './session.end.ts';

const hour = 60 * 60 * 1000;

/**
 * Orders a letter by which a new password can be set. Whether there is an account is looked up when the letter is written,
 * after the answer: so it is the same answer in the same time for every address.
 */
export const passwordResetRequest = mutation(
  async (_parent: unknown, { input }: MutationPasswordResetRequestArgs, context: Context) => {
    // What is no address has no account; it is ordered for all the same.
    const email = parseEmail(input.email) ?? '';
    const { clientAddress, userAgent } = context;
    await context.throttle.letter(email, clientAddress);
    const order = {
      kind: 'RESET_PASSWORD',
      email,
      clientAddress,
      userAgent: userAgent?.slice(0, 512) ?? null,
    };
    await context.post.order(context.database, order, new Date(Date.now() + hour));
    context.post.wake();
    return {};
  },
);

/** Writes the letter that was ordered; none when nobody has an account with the address. */
export async function writeReset(
  transaction: Prisma.TransactionClient,
  order: LetterOrder,
  links: Context['links'],
) {
  const account = await transaction.account.findUnique({ where: { email: order.email ?? '' } });
  if (!account) return null;
  const by = {
    viewer: null,
    clientAddress: order.clientAddress ?? 'unknown',
    userAgent: order.userAgent ?? null,
  };
  await raiseSecurityEvent(transaction, { kind: 'PASSWORD_RESET_REQUESTED', userId: account.id, by });
  return resetLetter(transaction, account, links);
}

/** The letter by which a new password can be set. */
export async function resetLetter(
  transaction: Prisma.TransactionClient,
  { id: accountId, email }: Pick<Account, 'id' | 'email'>,
  links: Context['links'],
) {
  const { token } = await issueToken(transaction, { accountId, purpose: 'RESET_PASSWORD', email });
  return letters.resetPassword(email, links('RESET_PASSWORD', token));
}

/**
 * Sets a new password by the token of the letter, and ends all sessions. It opens none: where there is a second factor, mail
 * alone lets nobody in.
 */
export const passwordResetConfirm = mutation(
  async (_parent: unknown, { input }: MutationPasswordResetConfirmArgs, context: Context) => {
    const { database, passwords, post } = context;
    const { accountId, email } = await findToken(database, input.token, 'RESET_PASSWORD');
    await requireStrongPassword(input.newPassword, [email]);
    const passwordHash = await passwords.hash(input.newPassword);
    await database.$transaction(async (transaction) => {
      const claimed = await claimToken(transaction, input.token, 'RESET_PASSWORD');
      await transaction.account.update({ where: { id: accountId }, data: { passwordHash } });
      // Whoever has read the letter has the address.
      const { count: firstProofs } = await transaction.account.updateMany({
        where: { id: accountId, email: claimed.email, emailVerifiedAt: null },
        data: { emailVerifiedAt: new Date() },
      });
      // Until now anybody may have had the account, who has opened it with the address of another.
      if (firstProofs > 0) await forgetCredentials(transaction, context, accountId);
      await revokeApiTokens(transaction, { accountId }, context);
      await useUpTokens(transaction, accountId, ['CHANGE_EMAIL']);
      await endSessions(
        transaction,
        { accountId },
        { because: 'PASSWORD_RESET', by: context, actorId: 'OWNER' },
      );
      await raiseSecurityEvent(transaction, {
        kind: 'PASSWORD_RESET',
        userId: accountId,
        actorId: accountId,
        by: context,
      });
      await post.put(transaction, letters.passwordChanged(email), new Date(Date.now() + 24 * hour));
    });
    post.wake();
    return { user: { id: accountId } };
  },
);

import { parseEmail } from '@kronos/prisma-auth/email';
import { mutation, UserFault, unlessTaken, userFaults } from '@kronos/subgraph';
import type {
  MutationEmailChangeConfirmArgs,
  MutationEmailChangeRequestArgs,
  MutationEmailChangeRevertArgs,
} from './__generated__/types.ts';
import { claimToken, issueToken, useUpTokens } from './account-token.ts';
import type { Context } from './context.ts';
import { forgetCredentials } from './credentials.forget.ts';
import { letters } from './letters.ts';
import { resetLetter } from './password.reset.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions, type SessionEnding } from './session.end.ts';
import { isSessionOpen } from './session.rules.ts';

const endedSince = 'The session in which this was asked for has ended: ask again.';
const day = 24 * 60 * 60 * 1000;

/**
 * Asks the owner of another address whether it is to be the caller's. That somebody else has it already is told to its owner
 * alone.
 */
export const emailChangeRequest = mutation(
  async (_parent: unknown, { input }: MutationEmailChangeRequestArgs, context: Context) => {
    const { database, links, post, throttle, viewer } = context;
    await requireRecentProof(context);
    const { userId, sessionId } = viewer!;
    const email = parseEmail(input.newEmail);
    if (!email) return fault('INVALID', 'This is not an e-mail address.', 'newEmail');
    await throttle.letter(userId, context.clientAddress);
    await database.$transaction(async (transaction) => {
      const owner = await transaction.account.findUnique({ where: { email }, select: { id: true } });
      const isTaken = owner !== null;
      const wanted = { accountId: userId, purpose: 'CHANGE_EMAIL', email, sessionId } as const;
      await useUpTokens(transaction, userId, ['CHANGE_EMAIL']);
      const { token, expiresAt } = await issueToken(transaction, wanted);
      const letter = isTaken
        ? letters.emailTaken(email)
        : letters.changeEmail(email, links('CHANGE_EMAIL', token));
      await post.put(transaction, letter, expiresAt);
      await raiseSecurityEvent(transaction, { kind: 'EMAIL_CHANGE_REQUESTED', userId, by: context });
    });
    post.wake();
    return { user: { id: userId } };
  },
);

/**
 * Makes the new address the one to log in with, by the token that was sent to it. All sessions end but the one that asked
 * for it, and the old address is told, with a way back.
 */
export const emailChangeConfirm = mutation(
  async (_parent: unknown, { input }: MutationEmailChangeConfirmArgs, context: Context) => {
    const { database, links, post } = context;
    const write = () =>
      database.$transaction(async (transaction) => {
        const claimed = await claimToken(transaction, input.token, 'CHANGE_EMAIL');
        const { accountId, email, sessionId } = claimed;
        const asker = sessionId && (await transaction.session.findUnique({ where: { id: sessionId } }));
        // Whoever ends their sessions ends what a thief has begun in one.
        if (!asker || !isSessionOpen(asker, new Date())) return fault('INVALID_TOKEN', endedSince, 'token');
        const before = await transaction.account.findUniqueOrThrow({ where: { id: accountId } });
        await transaction.account.update({
          where: { id: accountId },
          data: { email, emailVerifiedAt: new Date() },
        });
        await useUpTokens(transaction, accountId, ['VERIFY_EMAIL', 'RESET_PASSWORD']);
        await endSessions(transaction, { accountId, NOT: { id: sessionId ?? undefined } }, endingBy(context));
        await raiseSecurityEvent(transaction, {
          kind: 'EMAIL_CHANGED',
          userId: accountId,
          actorId: accountId,
          by: context,
        });
        const way = { accountId, purpose: 'REVERT_EMAIL', email: before.email } as const;
        const { token, expiresAt } = await issueToken(transaction, way);
        await post.put(
          transaction,
          letters.emailChanged(before.email, links('REVERT_EMAIL', token)),
          expiresAt,
        );
        return accountId;
      });
    const userId = await unlessTaken(write, refuseTaken);
    post.wake();
    return { user: { id: userId } };
  },
);

/**
 * Gives an account its old address back, by the token that was sent there: it was taken over. All sessions end,
 * and so does every other way in, which may be the thief's: there is no password until one is set by the letter that is sent.
 */
export const emailChangeRevert = mutation(
  async (_parent: unknown, { input }: MutationEmailChangeRevertArgs, context: Context) => {
    const { database, links, post } = context;
    const write = () =>
      database.$transaction(async (transaction) => {
        const { accountId, email } = await claimToken(transaction, input.token, 'REVERT_EMAIL');
        await transaction.account.update({
          where: { id: accountId },
          data: { email, emailVerifiedAt: new Date(), passwordHash: null },
        });
        await useUpTokens(transaction, accountId, ['VERIFY_EMAIL', 'RESET_PASSWORD', 'CHANGE_EMAIL']);
        await endSessions(transaction, { accountId }, endingBy(context));
        await forgetCredentials(transaction, context, accountId);
        const details = { reverted: true };
        const actor = { userId: accountId, actorId: accountId, by: context };
        await raiseSecurityEvent(transaction, { kind: 'EMAIL_CHANGED', ...actor, details });
        const letter = await resetLetter(transaction, { id: accountId, email }, links);
        await post.put(transaction, letter, new Date(Date.now() + day));
        return accountId;
      });
    const userId = await unlessTaken(write, refuseTaken);
    post.wake();
    return { user: { id: userId } };
  },
);

/** Whoever holds the token of the letter is the owner. */
function endingBy(by: Context): SessionEnding {
  return { because: 'EMAIL_CHANGED', by, actorId: 'OWNER' };
}

/** Somebody has opened an account with the address in the meantime. */
function refuseTaken(): never {
  fault('EMAIL_TAKEN', 'There is an account with this e-mail address already.', 'token');
}

function fault(code: string, message: string, field: string): never {
  return userFaults(new UserFault({ code, message, field: ['input', field] }));
}

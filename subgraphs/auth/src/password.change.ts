import { mutation, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationPasswordChangeArgs } from './__generated__/types.ts';
import { useUpTokens } from './account-token.ts';
import type { Context } from './context.ts';
import { letters } from './letters.ts';
import { requireStrongPassword } from './password.strong.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions } from './session.end.ts';

const day = 24 * 60 * 60 * 1000;

/** Gives the caller another password, and ends all their other sessions. */
export const passwordChange = mutation(
  async (_parent: unknown, { input }: MutationPasswordChangeArgs, context: Context) => {
    const { database, passwords, post, throttle, viewer } = context;
    await requireRecentProof(context);
    const { userId, sessionId } = viewer!;
    const takeBack = await throttle.stepUp(sessionId ?? userId);
    const account = await database.account.findUniqueOrThrow({ where: { id: userId } });
    if (!(await passwords.matches(account.passwordHash, input.currentPassword))) return wrongPassword();
    await takeBack();

    await requireStrongPassword(input.newPassword, [account.email]);
    const passwordHash = await passwords.hash(input.newPassword);
    await database.$transaction(async (transaction) => {
      const { count } = await transaction.account.updateMany({
        // Of two changes at the same moment, the second had another password to prove.
        where: { id: userId, passwordHash: account.passwordHash },
        data: { passwordHash },
      });
      if (count === 0) wrongPassword();
      await useUpTokens(transaction, userId, ['RESET_PASSWORD', 'CHANGE_EMAIL']);
      const others = { accountId: userId, NOT: { id: sessionId ?? undefined } };
      await endSessions(transaction, others, { because: 'PASSWORD_CHANGED', by: context });
      await raiseSecurityEvent(transaction, { kind: 'PASSWORD_CHANGED', userId, by: context });
      await post.put(transaction, letters.passwordChanged(account.email), new Date(Date.now() + day));
    });
    post.wake();
    return { user: { id: userId } };
  },
);

function wrongPassword(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_CREDENTIALS',
      message: 'This is not the password of your account.',
      field: ['input', 'currentPassword'],
    }),
  );
}

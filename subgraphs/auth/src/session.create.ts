import { parseEmail } from '@kronos/prisma-auth/email';
import { mutation, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationSessionCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { catchUpWithUsers } from './on-users.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { openSession, tokenPair } from './session.open.ts';
import { networkOf } from './throttle.rules.ts';

/**
 * Logs in. An unknown address takes the very same steps as a wrong password: two queries, the same counting, one
 * verification by argon2, one answer.
 */
export const sessionCreate = mutation(
  async (_parent: unknown, { input }: MutationSessionCreateArgs, context: Context) => {
    const { database, passwords, throttle } = context;
    // What is no address has no account; it is looked up all the same.
    const email = parseEmail(input.email) ?? '';
    const [account, earlier] = await Promise.all([
      database.account.findUnique({ where: { email } }),
      database.session.findFirst({
        where: { account: { email }, network: networkOf(context.clientAddress) },
        select: { id: true },
      }),
    ]);
    const takeBack = await throttle.logIn(email, context.clientAddress, earlier !== null);
    const isRight = await passwords.matches(account?.passwordHash, input.password);
    if (!account || !isRight) {
      // For an unknown address, too: writing it down takes time that must tell nothing.
      const failed = {
        kind: 'LOGIN_FAILED',
        userId: account?.id ?? null,
        by: context,
        actorId: null,
      } as const;
      await database.$transaction((transaction) => raiseSecurityEvent(transaction, failed));
      return invalidCredentials();
    }

    await takeBack();
    await catchUpWithUsers(context);
    const current = await database.account.findUniqueOrThrow({ where: { id: account.id } });
    const opened = await database.$transaction(async (transaction) => {
      const made = await openSession(transaction, account.id, context);
      const mine = { userId: account.id, by: context, actorId: account.id, sessionId: made.session.id };
      if (!earlier) await raiseSecurityEvent(transaction, { kind: 'NEW_DEVICE', ...mine });
      await raiseSecurityEvent(transaction, { kind: 'LOGGED_IN', ...mine });
      return made;
    });
    return {
      session: { ...opened.session, isCaller: true },
      tokens: await tokenPair(context, current, opened),
    };
  },
);

function invalidCredentials(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_CREDENTIALS',
      message: 'There is no account with this e-mail address and this password.',
    }),
  );
}

import { parseEmail } from '@kronos/prisma-auth/email';
import { mutation, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationSessionCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { completeLogIn } from './log-in.ts';
import { askForFactor, mfaRequired } from './mfa.challenge.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { networkOf } from './throttle.rules.ts';

/**
 * Logs in. An unknown address takes the very same steps as a wrong password: two queries, the same counting, one
 * verification by argon2, one answer. Where there is a second factor, the answer to the right password is a challenge.
 */
export async function sessionCreate(parent: unknown, args: MutationSessionCreateArgs, context: Context) {
  const payload = await logIn(parent, args, context, undefined);
  return 'challenge' in payload ? { ...payload, userErrors: [mfaRequired] } : payload;
}

const logIn = mutation(async (_parent: unknown, { input }: MutationSessionCreateArgs, context: Context) => {
  const { database, passwords, throttle } = context;
  // What is no address has no account; it is looked up all the same.
  const email = parseEmail(input.email) ?? '';
  const [account, earlier] = await Promise.all([
    // No more than that: opening what is sealed takes time, and only where there is an account.
    database.account.findUnique({
      where: { email },
      select: { id: true, passwordHash: true, hasSecondFactor: true },
    }),
    database.session.findFirst({
      where: { account: { email }, network: networkOf(context.clientAddress) },
      select: { id: true },
    }),
  ]);
  const raise = (kind: 'LOGIN_FAILED' | 'LOCKED_OUT') =>
    database.$transaction(async (transaction) => {
      const event = { kind, userId: account?.id ?? null, by: context, actorId: null };
      await raiseSecurityEvent(transaction, event);
    });
  const takeBack = await throttle.logIn(email, context.clientAddress, earlier !== null, () =>
    raise('LOCKED_OUT'),
  );
  const isRight = await passwords.matches(account?.passwordHash, input.password);
  if (!account || !isRight) {
    // For an unknown address, too: writing it down takes time that must tell nothing.
    await raise('LOGIN_FAILED');
    return invalidCredentials();
  }

  await takeBack();
  if (account.hasSecondFactor) return { challenge: await askForFactor(context, account.id, ['pwd']) };
  return completeLogIn(context, account.id, ['pwd']);
});

function invalidCredentials(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID_CREDENTIALS',
      message: 'There is no account with this e-mail address and this password.',
    }),
  );
}

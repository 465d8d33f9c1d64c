import type { Prisma } from '@kronos/prisma-auth';
import type { Context } from './context.ts';
import { catchUpWithUsers } from './on-users.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { openSession, tokenPair } from './session.open.ts';
import { networkOf } from './throttle.rules.ts';

/**
 * Opens the session of somebody who has proved who they are, and notes it in the trail.
 *
 * @param amr by what they have proved it
 * @param inTransaction what must be true in the same transaction, such as a challenge that is used up
 */
export async function completeLogIn(
  context: Context,
  accountId: string,
  amr: readonly string[],
  inTransaction: (transaction: Prisma.TransactionClient) => Promise<void> = async () => undefined,
) {
  const { database } = context;
  await catchUpWithUsers(context);
  const earlier = await database.session.findFirst({
    where: { accountId, network: networkOf(context.clientAddress) },
    select: { id: true },
  });
  const account = await database.account.findUniqueOrThrow({ where: { id: accountId } });
  const opened = await database.$transaction(async (transaction) => {
    await inTransaction(transaction);
    const made = await openSession(transaction, accountId, context, amr);
    const mine = { userId: accountId, by: context, actorId: accountId, sessionId: made.session.id };
    if (!earlier) await raiseSecurityEvent(transaction, { kind: 'NEW_DEVICE', ...mine });
    await raiseSecurityEvent(transaction, { kind: 'LOGGED_IN', ...mine });
    return made;
  });
  return {
    session: { ...opened.session, isCaller: true },
    tokens: await tokenPair(context, account, opened),
  };
}

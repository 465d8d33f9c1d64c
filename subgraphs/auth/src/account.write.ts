import { appendToOutbox } from '@kronos/events';
import type { Account, Prisma } from '@kronos/prisma-auth';
import { unlessTaken } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { sendVerification } from './email.verify.ts';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';
import { openSession } from './session.open.ts';

/** How many characters a name may have that others see. */
export const longestName = 80;

export type NewAccount = Pick<
  Account,
  'id' | 'email' | 'passwordHash' | 'roles' | 'scopes' | 'hasSecondFactor' | 'emailVerifiedAt'
>;

/**
 * Writes account, event and session, or nothing. Asking first for the address would leave room for two at the same time.
 *
 * @param by.amr by what its owner has proved who they are
 * @param by.details of the security event
 * @param by.inTransaction what else must be true in the same transaction
 */
export async function writeAccount(
  context: Context,
  account: NewAccount,
  displayName: string,
  by: {
    amr: readonly string[];
    details?: RaisedSecurityEvent['details'];
    inTransaction?: (transaction: Prisma.TransactionClient) => Promise<void>;
  },
) {
  const { id: userId, roles } = account;
  const write = () =>
    context.database.$transaction(async (transaction) => {
      await transaction.account.create({ data: account });
      if (!account.emailVerifiedAt) await sendVerification(transaction, context, account);
      const eventId = await appendToOutbox(transaction, 'userCreated', { userId, displayName, roles });
      const opened = await openSession(transaction, userId, context, by.amr);
      const sessionId = opened.session.id;
      const mine = { userId, by: context, actorId: userId, sessionId };
      await raiseSecurityEvent(transaction, { kind: 'SIGNED_UP', ...mine, details: by.details });
      await by.inTransaction?.(transaction);
      return { eventId, ...opened };
    });
  return unlessTaken(write, () => 'EMAIL_TAKEN' as const);
}

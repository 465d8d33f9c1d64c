import { isIP } from 'node:net';
import type { Prisma, Session } from '@kronos/prisma-auth';
import { type Caller, newId, UserFault, userFaults } from '@kronos/subgraph';
import type { TokenAccount } from './access-token.ts';
import type { Context } from './context.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';
import { sessionExpiry } from './session.rules.ts';
import { networkOf } from './throttle.rules.ts';

const longestUserAgent = 512;

/**
 * Writes a new session with its first refresh token, and returns both; of the token only its hash is kept. It is the one
 * door to an account, however its owner has proved to be that: one that is closed is refused here.
 *
 * @param transaction rolled back when the account is closed
 * @throws UserFaults with ACCOUNT_SUSPENDED
 * @param amr by what the person has just proved who they are; by a password when omitted
 */
export async function openSession(
  transaction: Prisma.TransactionClient,
  accountId: string,
  caller: Caller,
  amr: readonly string[] = ['pwd'],
): Promise<{ session: Session; refreshToken: string }> {
  const now = new Date();
  const refreshToken = newSecretToken();
  const session = await transaction.session.create({
    data: {
      id: newId(),
      accountId,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: sessionExpiry(now, now),
      authenticatedAt: now,
      amr: [...amr],
      ...originOf(caller),
      network: networkOf(caller.clientAddress),
      tokens: { create: { hash: hashSecret(refreshToken) } },
    },
  });
  await assertOpen(transaction, accountId);
  return { session, refreshToken };
}

/** Asked after the session is written, which waits for a suspension that is under way (`on-users.ts`). */
export async function assertOpen(transaction: Prisma.TransactionClient, accountId: string): Promise<void> {
  const { suspendedAt } = await transaction.account.findUniqueOrThrow({
    where: { id: accountId },
    select: { suspendedAt: true },
  });
  if (!suspendedAt) return;
  userFaults(
    new UserFault({
      code: 'ACCOUNT_SUSPENDED',
      message: 'This account is closed for the time being: ask who administers the system.',
    }),
  );
}

/** Where a request comes from, as far as it is kept. */
export function originOf(
  caller: Pick<Caller, 'clientAddress' | 'userAgent'>,
): Pick<Session, 'ipAddress' | 'userAgent'> {
  return {
    ipAddress: isIP(caller.clientAddress) === 0 ? null : caller.clientAddress,
    userAgent: caller.userAgent?.slice(0, longestUserAgent) ?? null,
  };
}

/** The tokens of a session, with the account's rights as they are now. */
export async function tokenPair(
  context: Context,
  account: TokenAccount,
  opened: { session: Session; refreshToken: string },
) {
  const { accessToken, expiresAt } = await context.accessTokens.issue(account, opened.session);
  return { accessToken, refreshToken: opened.refreshToken, expiresAt };
}

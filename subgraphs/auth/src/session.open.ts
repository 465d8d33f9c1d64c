import { isIP } from 'node:net';
import type { Prisma, Session } from '@kronos/prisma-auth';
import { type Caller, newId } from '@kronos/subgraph';
import type { TokenAccount } from './access-token.ts';
import type { Context } from './context.ts';
import { hashSecretToken, newSecretToken } from './secret-token.ts';
import { sessionExpiry } from './session.rules.ts';
import { networkOf } from './throttle.rules.ts';

const longestUserAgent = 512;

/**
 * Writes a new session with its first refresh token, and returns both; of the token only its hash is kept.
 *
 * @param amr by what the person has just proved who they are; by a password when omitted
 */
export async function openSession(
  database: Prisma.TransactionClient,
  accountId: string,
  caller: Caller,
  amr: readonly string[] = ['pwd'],
): Promise<{ session: Session; refreshToken: string }> {
  const now = new Date();
  const refreshToken = newSecretToken();
  const session = await database.session.create({
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
      tokens: { create: { hash: hashSecretToken(refreshToken) } },
    },
  });
  return { session, refreshToken };
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

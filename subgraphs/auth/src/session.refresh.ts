import type { Account, Session } from '@kronos/prisma-auth';
import { mutation, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationSessionRefreshArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { catchUpWithUsers } from './on-users.ts';
import { createSecondUse } from './second-use.ts';
import { hashSecret, newSecretToken } from './secret-token.ts';
import { endSessions } from './session.end.ts';
import { originOf, tokenPair } from './session.open.ts';
import { isSessionOpen, sessionExpiry } from './session.rules.ts';

type Refreshed = { session: Session; account: Account; refreshToken: string };
type Refusal = 'UNKNOWN' | 'ENDED' | 'REVOKED' | 'USED_TWICE';

const useOnce = createSecondUse<Refreshed | Refusal>((result) => typeof result === 'string');

/**
 * Changes a refresh token for new tokens. The token is claimed by one conditional update, so that of two requests with
 * the same token one comes second, however close they are; that one ends the session, because a copy is in other hands
 * (RFC 9700, 4.14.2).
 */
export const sessionRefresh = mutation(
  async (_parent: unknown, { input }: MutationSessionRefreshArgs, context: Context) => {
    await catchUpWithUsers(context);
    const hash = hashSecret(input.refreshToken);
    const result = await useOnce(hash, () => claim(context, hash));
    if (typeof result === 'string') return refuse(result);
    return {
      session: { ...result.session, isCaller: true },
      tokens: await tokenPair(context, result.account, result),
    };
  },
);

function claim(context: Context, hash: string): Promise<Refreshed | Refusal> {
  return context.database.$transaction(async (transaction) => {
    const now = new Date();
    const claimed = await transaction.refreshToken.updateMany({
      where: { hash, usedAt: null },
      data: { usedAt: now },
    });
    const token = await transaction.refreshToken.findUnique({
      where: { hash },
      include: { session: { include: { account: true } } },
    });
    if (!token) return 'UNKNOWN';
    const { account, ...session } = token.session;
    if (session.revokedAt) return 'REVOKED';
    if (claimed.count === 0) {
      // It commits: the refusal is an answer here, not an error that would roll it back.
      const reuse = {
        kind: 'REFRESH_TOKEN_REUSED',
        because: 'TOKEN_REUSED',
        by: context,
        actorId: null,
      } as const;
      await endSessions(transaction, { id: session.id }, reuse);
      return 'USED_TWICE';
    }
    if (!isSessionOpen(session, now)) return 'ENDED';

    const refreshToken = newSecretToken();
    const [prolonged] = await transaction.session.updateManyAndReturn({
      where: { id: session.id, revokedAt: null },
      data: { lastSeenAt: now, expiresAt: sessionExpiry(session.createdAt, now), ...originOf(context) },
    });
    // Revoked since it was read.
    if (!prolonged) return 'REVOKED';
    await transaction.refreshToken.create({
      data: { hash: hashSecret(refreshToken), sessionId: session.id },
    });
    return { session: prolonged, account, refreshToken };
  });
}

const refusals: Record<Refusal, { code: string; message: string }> = {
  UNKNOWN: {
    code: 'INVALID_CREDENTIALS',
    message: 'This refresh token belongs to no session: log in again.',
  },
  REVOKED: { code: 'INVALID_CREDENTIALS', message: 'The session was ended: log in again.' },
  USED_TWICE: {
    code: 'INVALID_CREDENTIALS',
    message: 'This refresh token was used before, so the session was ended for safety: log in again.',
  },
  ENDED: { code: 'TOKEN_EXPIRED', message: 'The session has come to its end: log in again.' },
};

function refuse(refusal: Refusal): never {
  return userFaults(new UserFault({ ...refusals[refusal], field: ['input', 'refreshToken'] }));
}

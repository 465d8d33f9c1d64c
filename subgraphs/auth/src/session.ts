import type { Session as SessionRow } from '@kronos/prisma-auth';
import { decodeId, encodeId, forbidden, notFound, subscription, tryDecodeId } from '@kronos/subgraph';
import type { QuerySessionArgs, Resolvers, SubscriptionSessionRevokedArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { deviceName } from './device-name.rules.ts';
import { isSelfOr } from './viewer.rules.ts';

/** A session for those who may see it; null for all others, as if there were none. */
export async function session(
  _parent: unknown,
  { id }: QuerySessionArgs,
  context: Context,
): Promise<SessionRow | null> {
  const sessionId = tryDecodeId('session', id);
  const row = sessionId ? await context.sessions.load(sessionId) : null;
  return row && isSelfOr(context.viewer, row.accountId, 'auth:admin') ? row : null;
}

export const sessionRevoked = subscription(
  {
    domain: 'auth',
    names: ['sessionRevoked'],
    key: watchedUser,
    authorize(args: SubscriptionSessionRevokedArgs, context: Context) {
      const userId = watchedUser(args, context);
      if (!userId || !isSelfOr(context.viewer, userId, 'auth:admin')) throw forbidden();
    },
    async resolve({ payload }, _args, { sessions }) {
      const ended = await sessions.load(payload.sessionId);
      // Someone resumes with a cursor that is older than what is kept.
      if (!ended) throw notFound('The session has been deleted since.');
      return { session: ended };
    },
  },
  ({ log }) => log,
);

function watchedUser({ userId }: SubscriptionSessionRevokedArgs, { viewer }: Context): string | undefined {
  return userId ? decodeId('user', userId) : viewer?.userId;
}

export const Session: Resolvers['Session'] = {
  __resolveReference: ({ id }, context) => session(null, { id }, context),
  id: ({ id }) => encodeId('session', id),
  user: ({ accountId, isCaller }) => ({ id: accountId, isCaller }),
  deviceName: ({ userAgent }) => deviceName(userAgent),
  expiresAt: ({ expiresAt, revokedAt }) => revokedAt ?? expiresAt,
  current: ({ id, isCaller }, _args, { viewer }) => isCaller === true || id === viewer?.sessionId,
};

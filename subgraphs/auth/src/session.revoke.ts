import { appendAllToOutbox } from '@kronos/events';
import type { Prisma, Session } from '@kronos/prisma-auth';
import {
  decodeId,
  encodeId,
  mutation,
  requireOwnLogin,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  userFaults,
} from '@kronos/subgraph';
import type { MutationSessionRevokeArgs, MutationSessionsRevokeAllArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { endImpersonations } from './impersonation.end.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { isSelfOr } from './viewer.rules.ts';

/** Of the sessions that one entry of the trail names. */
const longestList = 50;

/**
 * Ends the open ones of these sessions, each with its event, and the impersonations that were begun in them. A session is ended once, however many try at the same time.
 *
 * @returns the sessions that this call has ended
 */
export async function revokeSessions(
  transaction: Prisma.TransactionClient,
  where: Prisma.SessionWhereInput,
): Promise<Session[]> {
  const now = new Date();
  const revoked = await transaction.session.updateManyAndReturn({
    where: { AND: [where, { revokedAt: null, expiresAt: { gt: now } }] },
    data: { revokedAt: now },
  });
  const payloads = revoked.map(({ id, accountId }) => ({ sessionId: id, userId: accountId }));
  await appendAllToOutbox(transaction, 'sessionRevoked', payloads);
  const actorSessionId = { in: revoked.map(({ id }) => id) };
  if (revoked.length > 0) await endImpersonations(transaction, { actorSessionId }, null);
  return revoked;
}

/** The same by the wish of the caller, for the trail. */
function endSessions(by: Context, userId: string, where: Prisma.SessionWhereInput): Promise<Session[]> {
  return by.database.$transaction(async (transaction) => {
    const ended = await revokeSessions(transaction, { ...where, accountId: userId });
    const sessions = ended.slice(0, longestList).map(({ id }) => encodeId('session', id));
    const details = { sessions, count: ended.length };
    if (ended.length > 0)
      await raiseSecurityEvent(transaction, { kind: 'SESSION_ENDED', userId, by, details });
    return ended;
  });
}

/** Ends a session of the caller or, by `auth:admin`, of anyone. One that has ended already stays as it is. */
export const sessionRevoke = mutation(
  async (_parent: unknown, { id }: MutationSessionRevokeArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const sessionId = tryDecodeId('session', id);
    const session = sessionId ? await context.sessions.load(sessionId) : null;
    if (!session || !isSelfOr(context.viewer, session.accountId, 'auth:admin')) {
      return notFound('id', 'There is no such session.');
    }
    const [revoked] = await endSessions(context, session.accountId, { id: session.id });
    return { session: revoked ?? session };
  },
);

/** Ends all sessions of the caller or, by `auth:admin` and a recent login, of anyone. */
export const sessionsRevokeAll = mutation(
  async (_parent: unknown, args: MutationSessionsRevokeAllArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const accountId = decodeId('user', args.userId);
    const isAllowed = isSelfOr(context.viewer, accountId, 'auth:admin');
    if (!isAllowed || !(await context.accounts.load(accountId))) {
      return notFound('userId', 'There is no such user.');
    }
    if (accountId !== context.viewer?.userId) requireRecentLogin(context.viewer);
    await endSessions(context, accountId, {});
    return { user: { id: accountId } };
  },
);

function notFound(field: string, message: string): never {
  return userFaults(new UserFault({ code: 'NOT_FOUND', message, field: [field] }));
}

import { appendAllToOutbox } from '@kronos/events';
import type { Prisma, Session } from '@kronos/prisma-auth';
import { encodeId } from '@kronos/subgraph';
import { endImpersonations } from './impersonation.end.ts';
import { type RaisedSecurityEvent, raiseSecurityEvents } from './security-event.raise.ts';

/** How the trail tells of sessions that end before their time. */
export interface SessionEnding {
  /** What it calls that; SESSION_ENDED, with which sessions and why, when omitted. */
  kind?: 'OAUTH_CONSENT_REVOKED' | 'REFRESH_TOKEN_REUSED';
  /** What has ended them: something that a person or a client did, or the event of the trail from which it follows. */
  because:
    | 'CLIENT_DELETED'
    | 'EMAIL_CHANGED'
    | 'LOGGED_IN_AGAIN'
    | 'LOGGED_OUT'
    | 'PASSWORD_CHANGED'
    | 'PASSWORD_RESET'
    | 'REVOKED'
    | 'TOKEN_REUSED'
    | 'TOKEN_REVOKED'
    | 'USER_ERASED'
    | 'USER_SUSPENDED';
  /** The request that has caused it; null when it follows from something else. */
  by: RaisedSecurityEvent['by'];
  /** Who has done it, where the request does not say so; `OWNER` for those whose sessions they are. */
  actorId?: string | 'OWNER' | null;
  /** What else is to be known. */
  details?: RaisedSecurityEvent['details'];
}

/** Of the sessions that one entry of the trail names. */
const longestList = 50;

/**
 * Ends the open ones of these sessions, and the impersonations that were begun in them. Gateways hear of each session, and
 * each person's trail has it, in an entry for all of theirs. A session is ended once, however many try at the same time.
 *
 * @returns the sessions that this call has ended
 */
export async function endSessions(
  transaction: Prisma.TransactionClient,
  where: Prisma.SessionWhereInput,
  ending: SessionEnding,
): Promise<Session[]> {
  const now = new Date();
  const ended = await transaction.session.updateManyAndReturn({
    where: { AND: [where, { revokedAt: null, expiresAt: { gt: now } }] },
    data: { revokedAt: now },
  });
  if (ended.length === 0) return ended;
  const payloads = ended.map(({ id, accountId }) => ({ sessionId: id, userId: accountId }));
  await appendAllToOutbox(transaction, 'sessionRevoked', payloads);
  await endImpersonations(transaction, { actorSessionId: { in: ended.map(({ id }) => id) } }, null);
  const ofPeople = Map.groupBy(ended, ({ accountId }) => accountId);
  const entries = [...ofPeople].map(([userId, sessions]) => entryOf(userId, sessions, ending));
  await raiseSecurityEvents(transaction, entries);
  return ended;
}

function entryOf(userId: string, sessions: readonly Session[], ending: SessionEnding): RaisedSecurityEvent {
  const { kind = 'SESSION_ENDED', because, by, actorId, details = {} } = ending;
  const named = sessions.slice(0, longestList).map(({ id }) => encodeId('session', id));
  return {
    kind,
    userId,
    by,
    actorId: actorId === 'OWNER' ? userId : actorId,
    // Without a caller, the one that has ended is the one concerned.
    sessionId: by?.viewer || sessions.length > 1 ? undefined : sessions[0]?.id,
    details: { ...details, because, sessions: named, count: sessions.length },
  };
}

import type { Prisma, PrismaClient } from '@kronos/prisma-auth';
import type { Caller } from '@kronos/subgraph';
import { endSessions, type SessionEnding } from '../session.end.ts';
import { assertOpen, originOf } from '../session.open.ts';
import { sessionExpiry } from '../session.rules.ts';
import { networkOf } from '../throttle.rules.ts';

/** What a person has let a client do. */
export interface Consent {
  /** The UUID of the session that it opens, which is the grant's id. */
  sessionId: string;
  accountId: string;
  clientId: string;
  scopes: string[];
  /** When and by what the person has logged in. */
  authenticatedAt: Date;
  amr: string[];
}

/**
 * Opens the session that a consent stands for, or notes what it lets the client do now. It is listed, prolonged and ended as
 * every session: so whoever ends all of a person's sessions has ended this, too, and gateway and streams hear of it.
 */
export async function openGrant(transaction: Prisma.TransactionClient, consent: Consent, by: Caller) {
  const now = new Date();
  const { sessionId: id, accountId, clientId, scopes, authenticatedAt, amr } = consent;
  const login = { clientScopes: scopes, authenticatedAt, amr };
  await transaction.session.upsert({
    where: { id },
    create: {
      id,
      accountId,
      clientId,
      ...login,
      createdAt: now,
      lastSeenAt: now,
      expiresAt: sessionExpiry(now, now),
      ...originOf(by),
      network: networkOf(by.clientAddress),
    },
    update: login,
  });
  await assertOpen(transaction, accountId);
}

/** Lets a grant's session live on, because its client has just got new tokens. */
export async function prolongGrant(database: PrismaClient, sessionId: string, by: Caller): Promise<void> {
  const session = await database.session.findUnique({
    where: { id: sessionId },
    select: { createdAt: true },
  });
  if (!session) return;
  const now = new Date();
  await database.session.updateMany({
    where: { id: sessionId, revokedAt: null },
    data: { lastSeenAt: now, expiresAt: sessionExpiry(session.createdAt, now), ...originOf(by) },
  });
}

/** Ends a grant's session, and with it every token that was given for it. One that has ended stays as it is. */
export async function revokeGrant(
  database: PrismaClient,
  sessionId: string,
  ending: SessionEnding,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    await endSessions(transaction, { id: sessionId }, ending);
    await transaction.oidcRecord.deleteMany({ where: { grantId: sessionId } });
  });
}

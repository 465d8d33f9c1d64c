import type { PrismaClient } from '@kronos/prisma-auth';
import type { Logger } from '@kronos/service';

const hour = 60 * 60 * 1000;
/** Until then a copied refresh token is recognised, and a session that has ended can be looked up. */
const retention = 30 * 24 * hour;
/** What strangers add to the trail as often as they like, when it is about accounts that there are not. */
const ofNobody = ['LOGIN_FAILED', 'LOCKED_OUT'];

/**
 * Deletes what ended, refresh tokens that were used, and what is left of letters, and of the links in them, more than thirty
 * days before `now`; old security events; and what OAuth has done with.
 */
export async function deleteEnded(database: PrismaClient, now: Date): Promise<void> {
  const before = new Date(now.getTime() - retention);
  await database.session.deleteMany({ where: { expiresAt: { lt: before } } });
  await database.mail.deleteMany({ where: { failedAt: { lt: before } } });
  await database.logInChallenge.deleteMany({ where: { expiresAt: { lt: now } } });
  await database.foreignSignIn.deleteMany({ where: { expiresAt: { lt: now } } });
  await database.accountToken.deleteMany({ where: { expiresAt: { lt: before } } });
  await database.apiToken.deleteMany({
    where: { OR: [{ expiresAt: { lt: before } }, { revokedAt: { lt: before } }] },
  });
  await database.refreshToken.deleteMany({ where: { usedAt: { lt: before } } });
  await database.$executeRaw`DELETE FROM impersonation WHERE expires_at < now() - security_event_retention()`;
  // The database itself says how long that is, and lets nobody delete them before.
  await database.$executeRaw`DELETE FROM security_event WHERE occurred_at < now() - security_event_retention()`;
  await database.$executeRaw`DELETE FROM security_event
    WHERE user_id IS NULL AND kind = ANY (${ofNobody}) AND occurred_at < now() - security_event_retention(kind, user_id)`;
  await database.oAuthClientSecret.deleteMany({ where: { expiresAt: { lt: now } } });
  await database.oidcRecord.deleteMany({ where: { expiresAt: { lt: now } } });
}

/**
 * Deletes what has ended once an hour. Any number of processes may do so.
 *
 * @returns what stops it
 */
export function startHousekeeping(database: PrismaClient, logger: Logger): () => void {
  const timer = setInterval(() => {
    deleteEnded(database, new Date()).catch((error) =>
      logger.warn({ err: error }, 'housekeeping failed; it tries again in an hour'),
    );
  }, hour);
  return () => clearInterval(timer);
}

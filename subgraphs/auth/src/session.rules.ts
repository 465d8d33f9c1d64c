const day = 24 * 60 * 60 * 1000;
/** A session that is not refreshed for so long is over. */
const longestIdle = 30 * day;
/** However often it is refreshed, a session asks for the password again after so long. */
const longestLife = 365 * day;

/** When a session ends that began at `createdAt` and gets new tokens at `now`. */
export function sessionExpiry(createdAt: Date, now: Date): Date {
  return new Date(Math.min(now.getTime() + longestIdle, createdAt.getTime() + longestLife));
}

/** Can the session still be used at `now`? */
export function isSessionOpen(session: { revokedAt: Date | null; expiresAt: Date }, now: Date): boolean {
  return session.revokedAt === null && session.expiresAt > now;
}

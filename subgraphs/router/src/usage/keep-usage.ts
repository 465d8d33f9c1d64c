import { Prisma, type PrismaClient } from '@kronos/prisma-router';
import type { HourOfUsage, UsageReader } from '@kronos/quotas';

/** How many are read from Redis, and written, at once. */
const pageSize = 500;

/**
 * Brings what gateways have counted in Redis into the table. Numbers are the hour's own and not to be added, so that doing it
 * again changes nothing.
 *
 * @returns the subjects whose usage has changed
 */
export async function keepUsage(db: PrismaClient, usage: UsageReader): Promise<string[]> {
  const subjects = new Set<string>();
  for (;;) {
    const hours = await usage.changed(pageSize);
    const kept = hours.filter(({ subject }) => isKept(subject));
    if (kept.length > 0) await write(db, kept);
    await usage.confirm(hours);
    for (const { subject } of kept) subjects.add(subject);
    if (hours.length < pageSize) return [...subjects];
  }
}

/** Of strangers nobody asks; their addresses are nobody's business for longer than a few days. */
function isKept(subject: string): boolean {
  return subject.startsWith('client:') || subject.startsWith('user:');
}

async function write(db: PrismaClient, hours: readonly HourOfUsage[]): Promise<void> {
  const rows = hours.map(
    ({ subject, hour, points, requests, throttled }) =>
      Prisma.sql`(${subject}, ${hour}, ${BigInt(points)}, ${BigInt(requests)}, ${BigInt(throttled)})`,
  );
  // A Redis that has lost its memory counts an hour from nothing again: until it knows of more, what is here is right.
  await db.$executeRaw`
    INSERT INTO usage_hour (subject, hour, points, requests, throttled) VALUES ${Prisma.join(rows)}
    ON CONFLICT (subject, hour) DO UPDATE
      SET points = excluded.points, requests = excluded.requests, throttled = excluded.throttled
      WHERE excluded.requests >= usage_hour.requests`;
}

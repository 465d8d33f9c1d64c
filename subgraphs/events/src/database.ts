import { PrismaClient } from '@kronos/prisma-events';
import { PrismaPg } from '@prisma/adapter-pg';

/**
 * A client of the events database. It connects when it is first used.
 *
 * A rush on one event queues for its lock, so a transaction may wait longer for its turn than Prisma's two seconds.
 */
export function createDatabase(url: string): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 5 }),
    transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  });
}

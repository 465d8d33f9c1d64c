import { PrismaClient } from '@kronos/prisma-events';
import { domainAdapter } from '@kronos/subgraph';

/**
 * A client of the events database. It connects when it is first used.
 *
 * A rush on one event queues for its lock, so a transaction may wait longer for its turn than Prisma's two seconds.
 */
export function createDatabase(url: string): PrismaClient {
  return new PrismaClient({
    adapter: domainAdapter(url),
    transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  });
}

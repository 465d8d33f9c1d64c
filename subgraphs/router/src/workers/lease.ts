import type { PrismaClient } from '@kronos/prisma-router';
import { newId } from '@kronos/subgraph';

/** The right to do a work that one process of several is to do. */
export interface Lease {
  /** Takes the right, or keeps it; false while another process has it. */
  hold(): Promise<boolean>;
  /** Gives it up, so that another process need not wait until it runs out. */
  release(): Promise<void>;
}

/**
 * A lease in the database, by its clock.
 *
 * @param milliseconds after which it is another's to take unless it was held again: several times as long as the work's
 *   interval
 */
export function createLease(db: PrismaClient, work: string, milliseconds: number): Lease {
  const holder = newId();
  return {
    async hold() {
      const count = await db.$executeRaw`
        INSERT INTO worker_lease AS lease (work, holder, expires_at)
        VALUES (${work}, ${holder}::uuid, now() + ${milliseconds} * interval '1 millisecond')
        ON CONFLICT (work) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
        WHERE lease.holder = excluded.holder OR lease.expires_at < now()`;
      return count === 1;
    },
    async release() {
      await db.workerLease.deleteMany({ where: { work, holder } });
    },
  };
}

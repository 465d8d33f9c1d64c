import type { PrismaClient } from '@kronos/prisma-users';
import { announceDue } from '@kronos/prisma-users/announce-due';
import type { Logger } from '@kronos/service';
import { inSharedTurns } from './turns.ts';

/** Announces those whose rights have changed and who were too many for the transaction that changed them. */
export interface Announcer {
  /** To be called after such a transaction; anybody else's is found within seconds. */
  soon(): void;
  /** Waits for the batch in progress. */
  close(): Promise<void>;
}

const sweepMs = 5_000;

/** Works off `access_due` when told so, and what a process that died has left. */
export function createAnnouncer(db: PrismaClient, logger: Logger): Announcer {
  let isFailing = false;
  let isClosed = false;
  let working: Promise<void> = Promise.resolve();

  const run = inSharedTurns(async () => {
    if (isClosed) return;
    try {
      if (await db.accessDue.findFirst()) await announceDue(db);
      isFailing = false;
    } catch (error) {
      // Once for each outage: the next sweep tries again.
      if (!isFailing) logger.warn({ err: error }, 'Changes of rights cannot be announced at the moment');
      isFailing = true;
    }
  });
  const soon = () => {
    working = run();
  };
  const sweep = setInterval(soon, sweepMs).unref();

  return {
    soon,
    async close() {
      isClosed = true;
      clearInterval(sweep);
      await working;
    },
  };
}

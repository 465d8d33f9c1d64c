import type { ErasureRequest, Prisma, PrismaClient } from '@kronos/prisma-users';
import { lockAccess, lockUsers } from '@kronos/prisma-users/access';
import type { Logger } from '@kronos/service';
import { UserFaults } from '@kronos/subgraph';
import { revokeEnded } from './acl.grant.ts';
import { keepingAnAdministrator } from './administrators.ts';
import { askForExport } from './data-export/user.data-export.ts';
import { announceErasure, askDomains, beginErasure } from './erasure/begin-erasure.ts';

const everyMs = 5_000;
/** A domain that was away for longer than its log is kept has never heard the question: it is asked again. */
const askAgainAfterMs = 6 * 60 * 60 * 1000;

/**
 * Does what is due at a time: begins erasures whose grace is over, asks domains again that have not answered for long,
 * deletes exports that have expired, takes back entries that have ended. Any number of processes may do so.
 *
 * @returns what stops it, once what is under way has ended
 */
export function startSagaClock(db: PrismaClient, logger: Logger): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  const timer = setInterval(() => {
    if (isRunning) return;
    isRunning = true;
    running = doWhatIsDue(db, new Date())
      .catch((error) =>
        logger.warn({ err: error }, 'erasures and exports are looked after in a moment again'),
      )
      .finally(() => {
        isRunning = false;
      });
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Does what is due at `now`. */
export async function doWhatIsDue(db: PrismaClient, now: Date): Promise<void> {
  // What cannot be done now holds up nothing else.
  const outcomes = await Promise.allSettled([
    beginDue(db, now),
    askAgain(db, new Date(now.getTime() - askAgainAfterMs)),
    db.dataExport.deleteMany({ where: { expiresAt: { lte: now } } }),
    revokeEnded(db, now),
  ]);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
}

async function beginDue(db: PrismaClient, now: Date): Promise<void> {
  const due = await db.erasureRequest.findMany({
    where: { status: 'SCHEDULED', beginsAt: { lte: now } },
    orderBy: { beginsAt: 'asc' },
    take: 100,
  });
  let failure: unknown;
  for (const request of due) {
    await beginOrCancel(db, request, now).catch((error) => {
      failure ??= error;
    });
  }
  if (failure) throw failure;
}

async function beginOrCancel(db: PrismaClient, due: ErasureRequest, now: Date): Promise<void> {
  try {
    await db.$transaction((tx) => begin(tx, due));
  } catch (error) {
    if (!(error instanceof UserFaults)) throw error;
    // They have become the last administrator since they asked.
    await db.$transaction(async (tx) => {
      const where = { id: due.id, status: 'SCHEDULED' } as const;
      await tx.erasureRequest.updateMany({ where, data: { status: 'CANCELLED', endedAt: now } });
      await announceErasure(tx, due);
    });
  }
}

/** Begins it, unless another process has, or it was cancelled. */
async function begin(tx: Prisma.TransactionClient, { id, userId }: ErasureRequest): Promise<void> {
  await lockAccess(tx);
  const request = await tx.erasureRequest.findFirst({ where: { id, status: 'SCHEDULED' } });
  if (!request) return;
  await lockUsers(tx, [userId]);
  await keepingAnAdministrator(tx, ['id'], () => beginErasure(tx, request));
}

async function askAgain(db: PrismaClient, before: Date): Promise<void> {
  const steps = await db.erasureStep.findMany({
    where: { status: 'PENDING', askedAt: { lt: before } },
    include: { request: true },
    take: 100,
  });
  for (const { request, domain } of steps) await db.$transaction((tx) => askDomains(tx, request, [domain]));

  const exports = await db.dataExport.findMany({
    where: { status: 'PENDING', steps: { some: { status: 'PENDING', askedAt: { lt: before } } } },
    take: 100,
  });
  for (const each of exports)
    await db.$transaction(async (tx) => {
      const pending = { exportId: each.id, status: 'PENDING' } as const;
      await tx.dataExportStep.updateMany({ where: pending, data: { askedAt: new Date() } });
      await askForExport(tx, each);
    });
}

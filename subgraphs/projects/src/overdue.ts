import type { Prisma, PrismaClient } from '@kronos/prisma-projects';
import type { Logger } from '@kronos/service';
import type { JobStatus } from './__generated__/types.ts';
import { finishAnalysis } from './content-analysis.write.ts';
import { hasEnded } from './generation-job.status.ts';
import { changeJob } from './generation-job.write.ts';
import { lockProject } from './project.write.ts';
import { toGraph } from './states.ts';

/** As long as the event that asks for it is kept: after that no service that was away hears of it. In milliseconds. */
const patienceMs = 7 * 24 * 3_600_000;
const everyMs = 10 * 60_000;
const pageSize = 100;

const cannot = 'What is overdue could not be ended';
export const overdueReason = 'No service has done it within seven days.';

/**
 * Lets what was asked for and never done have failed, so that projects do not stay at work for ever: what it was asked for can be
 * asked for again. It may be done in several processes at once.
 */
export async function failOverdue(db: PrismaClient, logger: Logger): Promise<void> {
  // One that cannot be ended does not keep the others.
  const attempt = (work: (tx: Prisma.TransactionClient) => Promise<void>) =>
    db.$transaction(work).catch((err) => logger.warn({ err }, cannot));
  const createdAt = { lt: new Date(Date.now() - patienceMs) };
  const page = { select: { id: true, projectId: true }, orderBy: { id: 'asc' }, take: pageSize } as const;
  const analyses = pages((id) =>
    db.contentAnalysis.findMany({ where: { id, status: 'pending', createdAt }, ...page }),
  );
  for await (const each of analyses) await attempt((tx) => failAnalysis(tx, each));
  const jobs = pages((id) =>
    db.generationJob.findMany({ where: { id, status: { in: ['queued', 'running'] }, createdAt }, ...page }),
  );
  for await (const each of jobs) await attempt((tx) => failJob(tx, each));
}

/** Everything, a page at a time, in the order of ids. */
async function* pages(find: (id: { gt?: string }) => Promise<Named[]>): AsyncGenerator<Named> {
  let last: string | undefined;
  do {
    const found = await find({ gt: last });
    yield* found;
    last = found.length < pageSize ? undefined : found.at(-1)?.id;
  } while (last);
}

interface Named {
  id: string;
  projectId: string;
}

// What was looked for may have ended, or be gone with its project, before the project was locked.

async function failAnalysis(tx: Prisma.TransactionClient, { id, projectId }: Named): Promise<void> {
  await lockProject(tx, projectId);
  const found = await tx.contentAnalysis.findUnique({ where: { id }, include: { project: true } });
  if (found?.status !== 'pending') return;
  const finding = { result: {}, confidenceScore: null, failureReason: overdueReason };
  await finishAnalysis(tx, found.project, found, finding);
}

async function failJob(tx: Prisma.TransactionClient, { id, projectId }: Named): Promise<void> {
  await lockProject(tx, projectId);
  const found = await tx.generationJob.findUnique({ where: { id }, include: { project: true } });
  if (!found || hasEnded(toGraph<JobStatus>(found.status))) return;
  const data = { status: 'failed', failureReason: overdueReason, finishedAt: new Date() } as const;
  await changeJob(tx, found.project, found, data);
}

/** Looks for what is overdue again and again; returns how to stop, which waits for a look in progress. */
export function watchOverdue(db: PrismaClient, logger: Logger): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = failOverdue(db, logger).catch((err) => logger.warn({ err }, cannot));
  };
  const timer = setInterval(look, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

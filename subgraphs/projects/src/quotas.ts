import type { Prisma } from '@kronos/prisma-projects';
import { userFaults, type Viewer } from '@kronos/subgraph';
import { fault } from './faults.ts';

/** How much there may be. The tables hold it against whoever else writes them (migrations `quotas` and `exact_quotas`). */
export const most = {
  /** Of a person. */
  projects: { user: 1_000, premium: 10_000 },
  /** Of a person's projects, at a time. */
  openJobs: { user: 3, premium: 20 },
  /** Of one project, at a time. */
  pendingAnalyses: 10,
  /** Of one project. */
  analyses: 1_000,
  mediaAssets: 1_000,
  scenes: 500,
  generationJobs: 1_000,
  /** Of one project; the oldest go for new ones. */
  versions: 100,
} as const;

/**
 * Refuses one more, when there are as many as there may be.
 *
 * @param what in the plural, for people
 * @throws the user fault QUOTA_EXCEEDED
 */
export function refuseBeyond(limit: number, count: number, what: string): void {
  if (count < limit) return;
  const message = `There are ${limit.toLocaleString('en')} ${what}, which is as many as there may be.`;
  userFaults(fault('QUOTA_EXCEEDED', message, undefined, { limit }));
}

/** A person's quota, which is larger with the premium plan. */
export function quotaOf(viewer: Viewer, quota: { user: number; premium: number }): number {
  return viewer.scopes.has('quota:premium') ? quota.premium : quota.user;
}

/**
 * Lets the transaction alone count what this person has: two requests at the same moment could else both find room for
 * the last one. To be taken before any project is locked.
 */
export async function lockQuota(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(${`quota:${userId}`}, 0))`;
}

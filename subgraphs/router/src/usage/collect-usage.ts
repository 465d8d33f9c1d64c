import type { PrismaClient } from '@kronos/prisma-router';
import { createUsageReader } from '@kronos/quotas';
import type { Logger } from '@kronos/service';
import { Redis } from 'ioredis';
import { createLease } from '../workers/lease.ts';
import { repeat } from '../workers/repeat.ts';
import { announceThresholds } from './announce-thresholds.ts';
import { keepUsage } from './keep-usage.ts';
import { keepUses } from './keep-uses.ts';
import { keptDays } from './usage.ts';

export interface CollectUsageOptions {
  db: PrismaClient;
  redisUrl: string;
  intervalMs: number;
  logger: Logger;
}

const dayMs = 86_400_000;
const cleaningMs = 3_600_000;

/**
 * Keeps what gateways count in Redis, in one process of several: usage by the hour, thresholds, uses of stored operations.
 *
 * @returns ends it
 */
export function collectUsage({ db, redisUrl, intervalMs, logger }: CollectUsageOptions): () => Promise<void> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: true });
  // What it says is said by the work that fails with it.
  redis.on('error', () => undefined);
  const usage = createUsageReader(redis);
  const lease = createLease(db, 'usage', 5 * intervalMs + 10_000);
  let cleanedAt = 0;

  const stop = repeat({
    failure: 'what is used is not kept at the moment; it waits in Redis',
    intervalMs,
    logger,
    async work() {
      if (!(await lease.hold())) return;
      const subjects = await keepUsage(db, usage);
      await announceThresholds(db, await usage.month(subjects));
      await keepUses(db, redis);
      if (Date.now() - cleanedAt < cleaningMs) return;
      await deleteOld(db);
      cleanedAt = Date.now();
    },
  });
  return async () => {
    redis.disconnect();
    await stop();
    await lease.release().catch(() => undefined);
  };
}

async function deleteOld(db: PrismaClient): Promise<void> {
  const before = new Date(Date.now() - keptDays * dayMs);
  await db.usageHour.deleteMany({ where: { hour: { lt: before } } });
  await db.quotaThreshold.deleteMany({ where: { reachedAt: { lt: before } } });
}

import { appendToOutbox } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-router';
import type { MonthOfUsage } from '@kronos/quotas';

/** In percent of the month's points. */
const thresholds = [80, 100];

/** Announces thresholds that were reached, each once for a subject and a month. */
export async function announceThresholds(db: PrismaClient, months: readonly MonthOfUsage[]): Promise<void> {
  const reached = months.flatMap((month) =>
    thresholds
      .filter((threshold) => isReached(month, threshold))
      .map((threshold) => ({ ...month, threshold })),
  );
  for (const { subject, month, threshold, points, limit } of reached) {
    await db.$transaction(async (tx) => {
      const { count } = await tx.quotaThreshold.createMany({
        data: [{ subject, period: month, threshold }],
        skipDuplicates: true,
      });
      if (count === 0) return;
      await appendToOutbox(tx, 'quotaThresholdReached', { subject, threshold, period: month, points, limit });
    });
  }
}

function isReached({ points, limit }: MonthOfUsage, threshold: number): boolean {
  return limit > 0 && points * 100 >= limit * threshold;
}

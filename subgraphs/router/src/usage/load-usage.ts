import { Prisma, type PrismaClient } from '@kronos/prisma-router';
import DataLoader from 'dataloader';

/** What was used from a moment on. */
export interface Usage {
  points: bigint;
  requests: bigint;
  throttled: bigint;
  windowStart: Date;
}

/** Whose usage is asked for. */
export interface UsageQuestion {
  /** `client:<uuid>` or `user:<typeid>`. */
  subject: string;
  /** The first moment of an hour. */
  from: Date;
}

export type UsageLoader = DataLoader<UsageQuestion, Usage, string>;

/** Sums of hours: one query for all that ask from the same hour on. */
export function createUsageLoader(db: PrismaClient): UsageLoader {
  return new DataLoader(
    async (questions) => {
      const sums = await Promise.all(
        [...Map.groupBy(questions, ({ from }) => from.getTime())].map(([from, asked]) =>
          sumUsage(db, new Date(from), [...new Set(asked.map(({ subject }) => subject))]),
        ),
      );
      const byKey = new Map(sums.flat().map((row) => [keyOf(row), row]));
      return questions.map((question) => ({
        points: 0n,
        requests: 0n,
        throttled: 0n,
        ...byKey.get(keyOf(question)),
        windowStart: question.from,
      }));
    },
    { cacheKeyFn: keyOf },
  );
}

type Sum = UsageQuestion & Pick<Usage, 'points' | 'requests' | 'throttled'>;

async function sumUsage(db: PrismaClient, from: Date, subjects: string[]): Promise<Sum[]> {
  const rows = await db.$queryRaw<Omit<Sum, 'from'>[]>`
    SELECT subject, sum(points)::bigint AS points, sum(requests)::bigint AS requests, sum(throttled)::bigint AS throttled
    FROM usage_hour WHERE subject IN (${Prisma.join(subjects)}) AND hour >= ${from} GROUP BY subject`;
  return rows.map((row) => ({ ...row, from }));
}

function keyOf({ subject, from }: UsageQuestion): string {
  return `${from.getTime()} ${subject}`;
}

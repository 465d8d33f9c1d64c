import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, expect, test } from 'vitest';
import type { Verdict } from './quotas.ts';
import { createRedisQuotas } from './redis-quotas.ts';
import { connected } from './testing/connected.ts';
import { newSubject, policyWith } from './testing/policy.ts';

const redisUrl = process.env.KRONOS_TEST_REDIS_URL!;
const admin = new Redis(redisUrl);
const gateways = await Promise.all(
  [1, 2, 3].map(() => connected(createRedisQuotas({ redisUrl, timeoutMs: 5_000 }))),
);

afterAll(async () => {
  await Promise.all(gateways.map((quotas) => quotas.close()));
  admin.disconnect();
});

const total = (verdicts: readonly Verdict[]) => verdicts.reduce((sum, { points }) => sum + points, 0);

test('three processes and many takers are given what the bucket holds: no point more, no point fewer', async () => {
  const takers = fc.array(
    fc.record({
      gateway: fc.integer({ min: 0, max: 2 }),
      takes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(takers, fc.integer({ min: 10, max: 500 }), async (all, burst) => {
      const subject = newSubject();
      // Less than a point comes back while the test runs.
      const policy = policyWith({ burst, pointsPerMinute: 1 });
      const asked: { points: number; verdict: Verdict }[] = [];
      await Promise.all(
        all.map(async ({ gateway, takes }) => {
          for (const points of takes) {
            asked.push({ points, verdict: await gateways[gateway]!.take(subject, policy, points) });
          }
        }),
      );
      const granted = total(asked.map(({ verdict }) => verdict));
      const { remaining } = await gateways[0]!.read(subject, policy);
      expect(granted + remaining).toBe(burst);
      for (const { points, verdict } of asked) {
        if (!verdict.isAllowed) expect(verdict.remaining).toBeLessThan(points);
      }
      const wanted = asked.reduce((sum, { points }) => sum + points, 0);
      // Who is refused everything that they could be given has left less than they asked for.
      if (wanted > burst) expect(remaining).toBeLessThan(9);
      else expect(granted).toBe(wanted);
    }),
    { numRuns: 60 },
  );
});

test('takes, refunds and further takes at the same time leave what was kept', async () => {
  const subject = newSubject();
  const policy = policyWith({ burst: 10_000, pointsPerMinute: 1 });
  const kept = await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const quotas = gateways[index % 3]!;
      const first = await quotas.take(subject, policy, 1);
      const more = await quotas.takeMore(first, 10);
      quotas.giveBack(more, index % 11);
      return 11 - (index % 11);
    }),
  );
  // Another take takes the last refunds of each process along.
  for (const quotas of gateways) await quotas.read(subject, policy);
  const { remaining } = await gateways[0]!.read(subject, policy);
  expect(remaining).toBe(10_000 - kept.reduce((sum, points) => sum + points, 0));
});

test('a bucket that fills all the time gives what has come in: no point more, no point fewer', async () => {
  const subject = newSubject();
  // Three points each millisecond; it is never full again while so many ask.
  const policy = policyWith({ burst: 2_000, pointsPerMinute: 180_000 });
  const beforeFirst = await redisNow();
  let granted = (await gateways[0]!.take(subject, policy, 2_000)).points;
  const afterFirst = await redisNow();
  const takers = Array.from({ length: 30 }, async (_, index) => {
    while ((await redisNow()) < afterFirst + 300) {
      const { points } = await gateways[index % 3]!.take(subject, policy, 1 + (index % 7));
      granted += points;
    }
  });
  await Promise.all(takers);
  const beforeLast = await redisNow();
  const { remaining } = await gateways[0]!.read(subject, policy);
  const afterLast = await redisNow();
  expect(granted + remaining).toBeLessThanOrEqual(2_000 + 3 * (afterLast - beforeFirst));
  expect(granted + remaining).toBeGreaterThanOrEqual(2_000 + 3 * (beforeLast - afterFirst) - 1);
});

async function redisNow(): Promise<number> {
  const [seconds, micros] = await admin.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

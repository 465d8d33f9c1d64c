import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { createLocalQuotas } from './local-quotas.ts';
import type { Quotas, Verdict } from './quotas.ts';
import { createRedisQuotas } from './redis-quotas.ts';
import { connected } from './testing/connected.ts';
import { newSubject } from './testing/policy.ts';

let now = 0;
const clock = () => now;
const redisUrl = process.env.KRONOS_TEST_REDIS_URL!;
const shared = await connected(createRedisQuotas({ redisUrl, clock, timeoutMs: 5_000 }));
const local = createLocalQuotas({ clock });

afterAll(() => shared.close());

const policy = fc.record({
  name: fc.constant('random'),
  pointsPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
  burst: fc.integer({ min: 1, max: 1_000_000 }),
  monthlyPoints: fc.option(fc.integer({ min: 0, max: 2_000_000 })),
});
const points = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 1_000_000 }));
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), points }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('back' as const),
      points: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.integer({ min: -1_000, max: 120_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), policy }) },
);

test('the script and the arithmetic in TypeScript say the same of everything', async () => {
  await fc.assert(
    fc.asyncProperty(policy, fc.array(step, { maxLength: 30 }), async (first, steps) => {
      const subject = newSubject();
      // Whole months, none of which is over within a run.
      now = Date.parse('2026-02-03T00:10:00Z');
      let held = first;
      async function both(ask: (quotas: Quotas) => Promise<Verdict>) {
        const [inRedis, inMemory] = [await ask(shared), await ask(local)];
        expect({ ...inRedis, isLocal: true }).toEqual(inMemory);
        return inMemory;
      }
      for (const each of steps) {
        if (each.kind === 'take') await both((quotas) => quotas.take(subject, held, each.points));
        else if (each.kind === 'wait') now += each.milliseconds;
        else if (each.kind === 'policy') held = each.policy;
        else {
          const taken = await both((quotas) => quotas.read(subject, held));
          for (const quotas of [shared, local]) quotas.giveBack(taken, each.points);
          await both((quotas) => quotas.read(subject, held));
        }
      }
      await both((quotas) => quotas.read(subject, held));
    }),
    { numRuns: 200 },
  );
});

test('what is kept goes by itself', async () => {
  const { Redis } = await import('ioredis');
  const admin = new Redis(redisUrl);
  const subject = newSubject();
  const held = { name: 'short', pointsPerMinute: 60, burst: 10, monthlyPoints: 100 };
  const live = await connected(createRedisQuotas({ redisUrl, timeoutMs: 5_000 }));
  await live.take(subject, held, 10);
  const bucket = await admin.pttl(`kronos:quotas:bucket:${subject}`);
  expect(bucket).toBeGreaterThan(9_000);
  expect(bucket).toBeLessThanOrEqual(11_000);
  const others = (await admin.keys('kronos:quotas:*')).filter((key) => !key.includes(':bucket:'));
  for (const key of others) expect(await admin.ttl(key)).toBeGreaterThan(0);
  await live.close();
  admin.disconnect();
});

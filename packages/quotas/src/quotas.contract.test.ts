import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLocalQuotas } from './local-quotas.ts';
import type { Quotas } from './quotas.ts';
import { createRedisQuotas } from './redis-quotas.ts';
import { createResilientQuotas } from './resilient-quotas.ts';
import { connected } from './testing/connected.ts';
import { startJavascriptRedis } from './testing/javascript-redis.ts';
import { newSubject, policyWith } from './testing/policy.ts';

const redisUrl = process.env.KRONOS_TEST_REDIS_URL!;
const quiet = { warn() {}, info() {} };
/** In the middle of a month and of an hour. */
const noon = Date.parse('2026-11-15T12:30:00Z');
let now = noon;
const clock = () => now;
const javascriptRedis = await startJavascriptRedis();
const patient = { clock, timeoutMs: 5_000 };

const implementations: Record<string, () => Promise<Quotas>> = {
  'in memory': async () => createLocalQuotas({ clock }),
  'in Redis': async () => createRedisQuotas({ redisUrl, ...patient }),
  'in the Redis of development': async () => createRedisQuotas({ redisUrl: javascriptRedis.url, ...patient }),
  'in Redis, resilient': async () => {
    const quotas = createResilientQuotas({
      shared: createRedisQuotas({ redisUrl, ...patient }),
      local: createLocalQuotas({ clock }),
      logger: quiet,
    });
    expect(await quotas.whenShared(5_000)).toBe(true);
    return quotas;
  },
};

afterAll(() => javascriptRedis[Symbol.asyncDispose]());

describe.each(Object.entries(implementations))('quotas %s', (_name, create) => {
  let quotas: Quotas;
  let subject: string;

  beforeAll(async () => {
    quotas = await connected(await create());
  });
  beforeEach(() => {
    now = noon;
    subject = newSubject();
  });
  afterAll(() => quotas.close());

  test('a bucket begins full, and gives what is in it', async () => {
    const policy = policyWith();
    expect(await quotas.take(subject, policy, 4)).toEqual({
      subject,
      policy,
      isAllowed: true,
      reason: 'minute',
      limit: 10,
      remaining: 6,
      resetMs: 4_000,
      retryAfterMs: 0,
      points: 4,
      isLocal: expect.any(Boolean),
    });
    expect(await quotas.take(subject, policy, 6)).toMatchObject({ isAllowed: true, remaining: 0 });
  });

  test('what is not in it is refused, whole, and takes nothing', async () => {
    const policy = policyWith();
    await quotas.take(subject, policy, 7);
    expect(await quotas.take(subject, policy, 5)).toMatchObject({
      isAllowed: false,
      reason: 'minute',
      remaining: 3,
      retryAfterMs: 2_000,
      points: 0,
    });
    expect(await quotas.take(subject, policy, 3)).toMatchObject({ isAllowed: true, remaining: 0 });
  });

  test('it is allowed when it was said to be, and no earlier', async () => {
    const policy = policyWith();
    await quotas.take(subject, policy, 10);
    const { retryAfterMs } = await quotas.take(subject, policy, 3);
    now = noon + retryAfterMs - 1;
    expect((await quotas.take(subject, policy, 3)).isAllowed).toBe(false);
    now = noon + retryAfterMs;
    expect((await quotas.take(subject, policy, 3)).isAllowed).toBe(true);
  });

  test('a bucket fills up to the brim and no further', async () => {
    const policy = policyWith();
    const { resetMs } = await quotas.take(subject, policy, 10);
    now = noon + resetMs - 1;
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 9, resetMs: 1 });
    now = noon + resetMs + 60_000;
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 10, resetMs: 0 });
  });

  test('more than the bucket holds is never allowed', async () => {
    expect(await quotas.take(subject, policyWith(), 11)).toMatchObject({
      isAllowed: false,
      retryAfterMs: Number.POSITIVE_INFINITY,
      remaining: 10,
    });
  });

  test('rates that no millisecond divides evenly lose nothing', async () => {
    const policy = policyWith({ pointsPerMinute: 7, burst: 7 });
    await quotas.take(subject, policy, 7);
    // Looked at often, as a bucket is that is asked for often.
    for (let step = 1; step <= 60; step++) {
      now = noon + step * 1_000 - 1;
      await quotas.take(subject, policy, 8);
      await quotas.giveBack(await quotas.take(subject, policy, 1), 1);
    }
    now = noon + 60_000;
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 7, resetMs: 0 });
  });

  test('what is given back can be taken again', async () => {
    const policy = policyWith();
    const taken = await quotas.take(subject, policy, 10);
    quotas.giveBack(taken, 8);
    expect(await quotas.take(subject, policy, 8)).toMatchObject({ isAllowed: true, remaining: 0 });
  });

  test('giving back more than was taken makes nobody rich', async () => {
    const policy = policyWith();
    quotas.giveBack(await quotas.take(subject, policy, 1), 1_000);
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 10 });
  });

  test('what was used beyond is owed, up to one more bucket', async () => {
    const policy = policyWith();
    const taken = await quotas.take(subject, policy, 8);
    quotas.giveBack(taken, -5);
    expect(await quotas.take(subject, policy, 1)).toMatchObject({
      isAllowed: false,
      remaining: 0,
      retryAfterMs: 4_000,
    });
    quotas.giveBack(taken, -1_000);
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 0, resetMs: 20_000 });
  });

  test('more for the same request', async () => {
    const policy = policyWith();
    const taken = await quotas.take(subject, policy, 1);
    expect(await quotas.takeMore(taken, 8)).toMatchObject({ isAllowed: true, remaining: 1, points: 8 });
    expect(await quotas.takeMore(taken, 2)).toMatchObject({ isAllowed: false, remaining: 1 });
  });

  test('reading takes nothing, and says when there is nothing', async () => {
    const policy = policyWith();
    expect(await quotas.read(subject, policy)).toMatchObject({ isAllowed: true, remaining: 10 });
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 10, points: 0 });
    await quotas.take(subject, policy, 10);
    expect(await quotas.read(subject, policy)).toMatchObject({ isAllowed: false, retryAfterMs: 1_000 });
  });

  test('a month is a limit beside, and ends with the month in UTC', async () => {
    const policy = policyWith({ pointsPerMinute: 6_000, burst: 100, monthlyPoints: 150 });
    expect(await quotas.take(subject, policy, 100)).toMatchObject({ reason: 'minute', remaining: 0 });
    now += 60_000;
    expect(await quotas.take(subject, policy, 30)).toMatchObject({
      isAllowed: true,
      reason: 'month',
      limit: 150,
      remaining: 20,
    });
    const untilDecember = Date.parse('2026-12-01T00:00:00Z') - now;
    expect(await quotas.take(subject, policy, 21)).toMatchObject({
      isAllowed: false,
      reason: 'month',
      remaining: 20,
      resetMs: untilDecember,
      retryAfterMs: untilDecember,
    });
    expect(await quotas.take(subject, policy, 151)).toMatchObject({
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    now += untilDecember;
    expect(await quotas.take(subject, policy, 21)).toMatchObject({ isAllowed: true, remaining: 79 });
  });

  test('what is given back belongs to the month again', async () => {
    const policy = policyWith({ burst: 100, monthlyPoints: 50 });
    quotas.giveBack(await quotas.take(subject, policy, 50), 45);
    expect(await quotas.read(subject, policy)).toMatchObject({ reason: 'month', remaining: 45 });
  });

  test('another policy holds at once: a larger one has more, a smaller one is empty and owes nothing', async () => {
    const small = policyWith();
    const large = policyWith({ burst: 100, pointsPerMinute: 600 });
    await quotas.take(subject, small, 10);
    expect(await quotas.read(subject, large)).toMatchObject({ limit: 100, remaining: 90 });
    await quotas.take(subject, large, 80);
    expect(await quotas.take(subject, small, 1)).toMatchObject({ isAllowed: false, retryAfterMs: 1_000 });
  });

  test('the policy changes between two takes of one turn', async () => {
    const [first, second] = await Promise.all([
      quotas.take(subject, policyWith({ burst: 10 }), 10),
      quotas.take(subject, policyWith({ burst: 20 }), 10),
    ]);
    expect([first.isAllowed, second.isAllowed]).toEqual([true, true]);
    expect(second.remaining).toBe(0);
  });

  test('each caller has a bucket of their own', async () => {
    const policy = policyWith();
    await quotas.take(subject, policy, 10);
    expect(await quotas.take(`${subject}2`, policy, 10)).toMatchObject({ isAllowed: true });
  });

  test('a clock that goes back takes nothing away', async () => {
    const policy = policyWith();
    await quotas.take(subject, policy, 5);
    now -= 3_600_000;
    expect(await quotas.take(subject, policy, 1)).toMatchObject({ remaining: 4 });
    now += 1_000;
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 5 });
  });

  test('many at once are given what there is', async () => {
    const policy = policyWith();
    const verdicts = await Promise.all(Array.from({ length: 40 }, () => quotas.take(subject, policy, 3)));
    expect(verdicts.filter(({ isAllowed }) => isAllowed)).toHaveLength(3);
    expect(await quotas.read(subject, policy)).toMatchObject({ remaining: 1 });
  });
});

import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Quotas } from './quotas.ts';
import { createRedisQuotas } from './redis-quotas.ts';
import { connected } from './testing/connected.ts';
import { startJavascriptRedis } from './testing/javascript-redis.ts';
import { newSubject, policyWith } from './testing/policy.ts';
import { createUsageReader, type HourOfUsage, type UsageReader } from './usage.ts';

let now: number;
const javascriptRedis = await startJavascriptRedis();
const servers = {
  Redis: process.env.KRONOS_TEST_REDIS_URL!,
  'the Redis of development': javascriptRedis.url,
};
const policy = policyWith({ burst: 100 });

afterAll(() => javascriptRedis[Symbol.asyncDispose]());

describe.each(Object.entries(servers))('usage in %s', (_name, redisUrl) => {
  const countAs = (subject: string) => (subject.startsWith('address:') ? 'strangers' : subject);
  let redis: Redis;
  let quotas: Quotas;
  let usage: UsageReader;
  let subject: string;

  beforeEach(async () => {
    now = Date.parse('2026-11-30T14:59:00Z');
    subject = newSubject();
    redis = new Redis(redisUrl);
    usage = createUsageReader(redis);
    quotas = await connected(createRedisQuotas({ redisUrl, countAs, clock: () => now, timeoutMs: 5_000 }));
  });
  afterEach(async () => {
    await quotas.close();
    redis.disconnect();
  });

  async function changed(of = subject): Promise<HourOfUsage[]> {
    const hours = await usage.changed(10_000);
    return hours
      .filter((each) => each.subject === of)
      .toSorted((one, other) => one.hour.getTime() - other.hour.getTime());
  }

  test('points, requests and refusals are counted by the hour', async () => {
    const taken = await quotas.take(subject, policy, 30);
    await quotas.takeMore(taken, 60);
    quotas.giveBack(taken, 5);
    await quotas.take(subject, policy, 90);
    now += 120_000;
    await quotas.take(subject, policy, 7);
    expect(await changed()).toEqual([
      { hour: new Date('2026-11-30T14:00:00Z'), subject, points: 85, requests: 2, throttled: 1 },
      { hour: new Date('2026-11-30T15:00:00Z'), subject, points: 7, requests: 1, throttled: 0 },
    ]);
  });

  test('what is confirmed comes again when it changes, even between reading and confirming', async () => {
    await quotas.take(subject, policy, 1);
    const hours = await changed();
    await quotas.take(subject, policy, 1);
    await usage.confirm(hours);
    const again = await changed();
    expect(again).toMatchObject([{ points: 2 }]);
    await usage.confirm(again);
    expect(await changed()).toEqual([]);
    await quotas.take(subject, policy, 1);
    expect(await changed()).toMatchObject([{ points: 3 }]);
  });

  test('reading is no usage', async () => {
    await quotas.read(subject, policy);
    expect(await changed()).toEqual([]);
  });

  test('subjects can be counted as one', async () => {
    const before = (await changed('strangers'))[0]?.points ?? 0;
    for (const address of ['192.0.2.1', '192.0.2.2']) await quotas.take(`address:${address}`, policy, 3);
    expect(await changed('strangers')).toMatchObject([{ points: before + 6 }]);
  });

  test('the points of the month, with its limit at the time, for those who have one', async () => {
    now = Date.now();
    const limited = policyWith({ monthlyPoints: 50 });
    quotas.giveBack(await quotas.take(subject, limited, 10), 3);
    await quotas.read(subject, limited);
    const other = newSubject();
    await quotas.take(other, policy, 1);
    const month = new Date(now).toISOString().slice(0, 7);
    expect(await usage.month([subject, other])).toEqual([{ subject, month, points: 7, limit: 50 }]);
    await quotas.take(subject, policyWith({ monthlyPoints: 60 }), 1);
    expect(await usage.month([subject])).toEqual([{ subject, month, points: 8, limit: 60 }]);
  });
});

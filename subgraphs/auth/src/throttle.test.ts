import { createLogger } from '@kronos/service';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { untilShared } from './test-kit.ts';
import { createThrottle, type Throttle } from './throttle.ts';

const logger = createLogger({ name: 'test', level: 'silent' });
const refusal = { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } };
const email = 'ada@example.com';
let throttle: Throttle;
const metrics = new Registry();
afterEach(() => {
  metrics.clear();
  return throttle.close();
});

/** Fails to log in so often, each time from the next of these places. */
async function fail(times: number, place: (attempt: number) => string, as = email): Promise<void> {
  for (let attempt = 0; attempt < times; attempt += 1) await throttle.logIn(as, place(attempt), false);
}

describe.each(['with Redis', 'without Redis'])('%s', (circumstance) => {
  beforeEach(async () => {
    const isThere = circumstance === 'with Redis';
    const redisUrl = isThere ? await testRedisUrl() : 'redis://127.0.0.1:1';
    throttle = createThrottle({ redisUrl, signUpsPerHour: 3, logger, metrics });
    if (isThere) await untilShared(metrics);
  });

  test('one place has ten attempts on one account', async () => {
    await fail(10, () => '198.51.100.1');
    await expect(throttle.logIn(email, '198.51.100.1', false)).rejects.toMatchObject(refusal);
    await expect(throttle.logIn(email, '198.51.100.1', true)).rejects.toMatchObject(refusal);
    await throttle.logIn(email, '198.51.100.2', false);
    await throttle.logIn('bob@example.com', '198.51.100.1', false);
  });

  test('attempts at the same moment all count', async () => {
    const attempts = Array.from({ length: 25 }, () => throttle.logIn(email, '198.51.100.1', false));
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  test('one place has a hundred attempts on all accounts', async () => {
    for (let account = 0; account < 100; account += 1) {
      await throttle.logIn(`victim-${account}@example.com`, '2001:db8:1:2::1', false);
    }
    const sameNetwork = throttle.logIn('victim-100@example.com', '2001:db8:1:2:ffff::9', false);
    await expect(sameNetwork).rejects.toMatchObject(refusal);
    await throttle.logIn('victim-100@example.com', '2001:db8:1:3::1', false);
  });

  test('a success takes the attempt back', async () => {
    for (let attempt = 0; attempt < 30; attempt += 1) {
      const takeBack = await throttle.logIn(email, '198.51.100.1', false);
      await takeBack();
    }
    await throttle.logIn(email, '198.51.100.1', false);
  });

  test('many strangers slow down each other for minutes, the owner not at all', async () => {
    await fail(21, (attempt) => `198.51.100.${attempt}`);
    const stranger = throttle.logIn(email, '203.0.113.1', false);
    await expect(stranger).rejects.toMatchObject(refusal);
    await throttle.logIn(email, '192.0.2.1', true);
    await throttle.logIn('bob@example.com', '203.0.113.1', false);
  });

  test('one stranger alone slows down nobody else', async () => {
    await fail(10, () => '198.51.100.1');
    for (let attempt = 0; attempt < 50; attempt += 1) {
      await expect(throttle.logIn(email, '198.51.100.1', false)).rejects.toMatchObject(refusal);
    }
    await throttle.logIn(email, '203.0.113.1', false);
  });

  test('one place opens so many accounts an hour', async () => {
    for (const _ of [1, 2, 3]) await throttle.signUp('198.51.100.1');
    await expect(throttle.signUp('198.51.100.1')).rejects.toMatchObject(refusal);
    await throttle.signUp('198.51.100.2');
  });
});

test('one place learns of ten addresses an hour that they are taken', async () => {
  throttle = createThrottle({ redisUrl: await testRedisUrl(), signUpsPerHour: 1000, logger, metrics });
  await untilShared(metrics);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const countTaken = await throttle.signUp('198.51.100.1');
    await countTaken();
  }
  await expect(throttle.signUp('198.51.100.1')).rejects.toMatchObject(refusal);
  await throttle.signUp('198.51.100.2');
});

test('a pause lasts five minutes at most', async () => {
  const redisUrl = await testRedisUrl();
  throttle = createThrottle({ redisUrl, signUpsPerHour: 3, logger, metrics });
  await untilShared(metrics);
  await fail(1, () => '198.51.100.1');
  const redis = new Redis(redisUrl);
  const [counter] = await redis.keys('kronos:auth:throttle:account:*');
  await redis.incrby(counter!, 10_000);
  await fail(1, () => '198.51.100.2');
  await expect(throttle.logIn(email, '198.51.100.3', false)).rejects.toMatchObject({
    extensions: { retryAfter: 300 },
  });
  expect(counter).not.toContain('ada');
  redis.disconnect();
});

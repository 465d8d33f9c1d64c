import { hasRedisServer, type RedisProcess, startRedisProcess } from '@kronos/events/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLocalQuotas } from './local-quotas.ts';
import { createRedisQuotas } from './redis-quotas.ts';
import { createResilientQuotas, type ResilientQuotas } from './resilient-quotas.ts';
import { newSubject, policyWith } from './testing/policy.ts';

const policy = policyWith({ pointsPerMinute: 1 });
let redis: RedisProcess;
let quotas: ResilientQuotas;
let said: string[];

beforeEach(async () => {
  redis = await startRedisProcess();
  said = [];
  const say = (...words: unknown[]) => void said.push(String(words.at(-1)));
  quotas = createResilientQuotas({
    shared: createRedisQuotas({ redisUrl: redis.url, timeoutMs: 250 }),
    local: createLocalQuotas(),
    logger: { warn: say, info: say },
    probeMs: 200,
  });
  expect(await quotas.whenShared(10_000)).toBe(true);
});
afterEach(async () => {
  await quotas.close();
  await redis[Symbol.asyncDispose]();
});

async function back(): Promise<void> {
  expect(await quotas.whenShared(10_000)).toBe(true);
}

test('Redis is killed and comes back', async () => {
  const subject = newSubject();
  expect(await quotas.take(subject, policy, 4)).toMatchObject({ isLocal: false, remaining: 6 });

  await redis.kill();
  const away = await Promise.all(Array.from({ length: 30 }, () => quotas.take(subject, policy, 1)));
  expect(away.every(({ isLocal }) => isLocal)).toBe(true);
  expect(away.filter(({ isAllowed }) => isAllowed)).toHaveLength(10);
  expect(quotas.isLocal).toBe(true);

  await redis.restart();
  await back();
  expect(await quotas.take(subject, policy, 1)).toMatchObject({ isLocal: false, isAllowed: true });
  expect(said).toEqual([
    'Redis does not answer: each process decides by itself what callers may spend.',
    'Quotas are shared by all processes again.',
  ]);
});

test('what was taken in one place is given back there', async () => {
  const subject = newSubject();
  const shared = await quotas.take(subject, policy, 10);
  await redis.kill();
  const local = await quotas.take(subject, policy, 10);
  quotas.giveBack(shared, 10);
  expect(await quotas.read(subject, policy)).toMatchObject({ isLocal: true, remaining: 0 });
  quotas.giveBack(local, 3);
  expect(await quotas.read(subject, policy)).toMatchObject({ isLocal: true, remaining: 3 });

  await redis.restart();
  await back();
  const again = await quotas.take(subject, policy, 10);
  expect(again).toMatchObject({ isLocal: false, isAllowed: true });
  quotas.giveBack(local, 5);
  expect(await quotas.read(subject, policy)).toMatchObject({ isLocal: false, remaining: 0 });
});

test('a Redis that forgets its scripts is given them again', async () => {
  await redis.admin.script('FLUSH');
  const verdicts = await Promise.all(Array.from({ length: 5 }, () => quotas.take(newSubject(), policy, 1)));
  expect(verdicts.every(({ isLocal, isAllowed }) => isAllowed && !isLocal)).toBe(true);
});

test.runIf(hasRedisServer)('a Redis that hangs holds nobody up', async () => {
  const subject = newSubject();
  await quotas.take(subject, policy, 1);
  const hanging = redis.admin.eval(
    `local function now() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
     local over = now() + 1000 repeat until now() > over return 1`,
    0,
  );
  // Until the script runs; it was sent on another connection.
  let verdict = await quotas.take(subject, policy, 1);
  while (!verdict.isLocal) verdict = await quotas.take(subject, policy, 1);
  const before = performance.now();
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => quotas.take(newSubject(), policy, 1)));
  expect(performance.now() - before).toBeLessThan(500);
  expect(verdicts.every(({ isLocal, isAllowed }) => isLocal && isAllowed)).toBe(true);
  await hanging;
  await back();
  expect((await quotas.take(subject, policy, 1)).isLocal).toBe(false);
});

test('a process that is busy itself does not take Redis for silent', async () => {
  const subject = newSubject();
  const verdict = quotas.take(subject, policy, 1);
  // The take goes out at the end of this turn; its answer comes while the next one is busy.
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
  const until = performance.now() + 400;
  while (performance.now() < until);
  expect((await verdict).isLocal).toBe(false);
});

test('a Redis that was never there', async () => {
  const alone = createResilientQuotas({
    shared: createRedisQuotas({ redisUrl: 'redis://127.0.0.1:1' }),
    local: createLocalQuotas(),
    logger: { warn() {}, info() {} },
  });
  expect(await alone.whenShared(100)).toBe(false);
  expect(await alone.take(newSubject(), policy, 11)).toMatchObject({ isLocal: true, isAllowed: false });
  await alone.close();
});

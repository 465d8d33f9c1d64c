import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const deadlineMs = 60_000;

/**
 * The URL of an empty logical database of the suite's Redis that no other test uses. It is held until this process ends.
 *
 * Needs `KRONOS_TEST_REDIS_URL`. Logical databases share the channels of publish/subscribe.
 */
export async function testRedisUrl(): Promise<string> {
  const baseUrl = process.env.KRONOS_TEST_REDIS_URL;
  if (!baseUrl) throw new Error('KRONOS_TEST_REDIS_URL is not set: tests need a Redis server.');
  const redis = new Redis(baseUrl);
  try {
    const number = await claim(redis);
    const url = Object.assign(new URL(baseUrl), { pathname: `/${number}` }).href;
    await redis.select(number);
    await redis.flushdb();
    return url;
  } finally {
    redis.disconnect();
  }
}

async function claim(redis: Redis): Promise<number> {
  const [, count] = (await redis.config('GET', 'databases')) as [string, string];
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    // Database 0 holds the claims, and where the last search began: what comes after is most likely free.
    const start = await redis.incr('kronos:test:redis:start');
    for (let step = 0; step < Number(count) - 1; step += 1) {
      const number = 1 + ((start + step) % (Number(count) - 1));
      if (await claimOne(redis, `kronos:test:redis:${number}`)) return number;
    }
    await delay(100);
  }
  throw new Error(`All ${count} logical databases of the test Redis are taken.`);
}

async function claimOne(redis: Redis, key: string): Promise<boolean> {
  const me = String(process.pid);
  if ((await redis.set(key, me, 'EX', 3600, 'NX')) === 'OK') return true;
  const owner = await redis.get(key);
  if (owner === null || isAlive(Number(owner))) return false;
  // Its test process has ended. Only one of those who see that may take it over.
  return (await redis.eval(takeOver, 1, key, owner, me)) === 1;
}

const takeOver = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', 3600)
return 1`;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

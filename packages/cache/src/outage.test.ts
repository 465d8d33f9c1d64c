import { randomUUID } from 'node:crypto';
import { hasRedisServer, soon, startRedisProcess, startTcpProxy } from '@kronos/events/testing';
import { expect, test } from 'vitest';
import { CacheUnavailableError } from './cache.ts';
import { createCache } from './create-cache.ts';
import { openCacheRedis } from './open-redis.ts';
import { answering } from './testing/answering.ts';

const quiet = { warn() {}, info() {}, debug() {} };

test('while Redis is away everything is computed, and nobody who asks waits for it or gets an error', async () => {
  await using server = await startRedisProcess();
  const redis = openCacheRedis(server.url, quiet);
  const cache = createCache({ redis, logger: quiet });
  const things = cache.namespace<number>(`test-${randomUUID()}`, { ttlSeconds: 300 });
  const read = (value: number) => things.through('a', async () => ({ value }));
  // There is no connection yet.
  expect(await read(1)).toMatchObject({ value: 1, outcome: 'BYPASS' });
  await answering(redis);
  await read(2);
  await cache.close();
  expect(await read(3)).toMatchObject({ value: 2, outcome: 'HIT' });
  await server.kill();
  expect(await read(4)).toMatchObject({ value: 4, outcome: 'BYPASS' });
  await expect(cache.statistics(things.name)).rejects.toThrow(CacheUnavailableError);
  await server.restart();
  await soon(async () => expect(await read(5)).toMatchObject({ outcome: 'HIT' }));
  redis.disconnect();
});

test('what could not be invalidated while Redis was away is invalidated before anything is read', async () => {
  await using server = await startRedisProcess();
  await using proxy = await startTcpProxy(server.url);
  const [near, far] = [openCacheRedis(proxy.url, quiet), openCacheRedis(server.url, quiet)];
  await Promise.all([answering(near), answering(far)]);
  const [cutOff, whole] = [near, far].map((redis) => createCache({ redis, logger: quiet })) as [
    ReturnType<typeof createCache>,
    ReturnType<typeof createCache>,
  ];
  const name = `test-${randomUUID()}`;
  const here = cutOff.namespace<string>(name, { ttlSeconds: 300 });
  const there = whole.namespace<string>(name, { ttlSeconds: 300 });
  const read = (namespace: typeof here, value: string) =>
    namespace.through('a', async () => ({ value, tags: ['thing:1'] }));
  await read(there, 'old');
  await whole.close();

  proxy.cut();
  await expect(cutOff.invalidate({ tags: ['thing:1'] })).rejects.toThrow(CacheUnavailableError);
  expect(await read(here, 'new')).toMatchObject({ value: 'new', outcome: 'BYPASS' });
  proxy.mend();
  // It tells the others by itself, as soon as it can.
  await soon(async () => expect((await read(there, 'new')).value).toBe('new'));
  await soon(async () => expect(await read(here, 'never')).toMatchObject({ value: 'new', outcome: 'HIT' }));
  near.disconnect();
  far.disconnect();
});

test.runIf(hasRedisServer)(
  'a Redis that does not answer is asked for a moment only, and then left alone',
  async () => {
    await using server = await startRedisProcess();
    const redis = await answering(openCacheRedis(server.url, quiet));
    const cache = createCache({ redis, logger: quiet, timeoutMs: 20 });
    const things = cache.namespace<number>(`test-${randomUUID()}`, { ttlSeconds: 300 });
    await things.through('a', async () => ({ value: 1 }));
    await cache.close();
    await server.admin.client('PAUSE', 60_000, 'ALL');
    expect(await things.through('a', async () => ({ value: 2 }))).toMatchObject({ outcome: 'BYPASS' });
    const started = performance.now();
    for (let time = 0; time < 20; time += 1)
      expect(await things.through('a', async () => ({ value: 2 }))).toMatchObject({ outcome: 'BYPASS' });
    expect(performance.now() - started).toBeLessThan(20);
    redis.disconnect();
  },
);

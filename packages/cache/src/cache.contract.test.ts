import { randomUUID } from 'node:crypto';
import { hasRedisServer } from '@kronos/events/testing';
import { startJavascriptRedis } from '@kronos/quotas/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { NamespaceOptions } from './cache.ts';
import { createCache } from './create-cache.ts';
import { openCacheRedis } from './open-redis.ts';
import { answering } from './testing/answering.ts';
import { startRedisCluster } from './testing/redis-cluster.ts';

const quiet = { warn() {}, info() {}, debug() {} };
const javascriptRedis = await startJavascriptRedis();
const cluster = hasRedisServer ? await startRedisCluster() : undefined;
const servers = {
  Redis: process.env.KRONOS_TEST_REDIS_URL!,
  'the Redis of development': javascriptRedis.url,
  ...(cluster && { 'a cluster of three nodes': cluster.url }),
};

afterAll(async () => {
  await javascriptRedis[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

describe.each(Object.entries(servers))('a cache in %s', async (_name, url) => {
  // Two processes.
  const clients = await Promise.all([1, 2].map(() => answering(openCacheRedis(url, quiet))));
  const [one, other] = clients.map((redis) => createCache({ redis, logger: quiet, timeoutMs: 10_000 })) as [
    ReturnType<typeof createCache>,
    ReturnType<typeof createCache>,
  ];

  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    for (const client of clients) client.disconnect();
  });

  function newNamespace(options: Partial<NamespaceOptions<unknown>> = {}) {
    const name = `test-${randomUUID()}`;
    const whole = { ttlSeconds: 300, ...options };
    return { name, here: one.namespace<unknown>(name, whole), there: other.namespace<unknown>(name, whole) };
  }
  const computed = async (value: unknown, tags: string[] = []) => ({ value, tags });
  const never = () => Promise.reject(new Error('It was not to be computed.'));

  test('what one process has computed the other gets, and it is counted', async () => {
    const { name, here, there } = newNamespace({ description: 'Things.', tags: ['thing:<uuid>'] });
    expect(await here.through('a', () => computed({ n: 1 }))).toMatchObject({
      value: { n: 1 },
      outcome: 'MISS',
    });
    await one.close();
    const hit = await there.through('a', never);
    expect(hit).toMatchObject({ value: { n: 1 }, outcome: 'HIT' });
    expect(hit.freshMs).toBeGreaterThan(290_000);
    expect(await other.statistics(name)).toMatchObject({ hits: 1, misses: 1, stores: 1, keys: 1 });
    expect(await other.namespaces()).toContainEqual({
      name,
      description: 'Things.',
      ttlSeconds: 300,
      staleWhileRevalidateSeconds: 0,
      tags: ['thing:<uuid>'],
    });
  });

  test('many are found at once, what was missing is kept, and what was invalidated meanwhile is not', async () => {
    const { name, here, there } = newNamespace();
    const keys = Array.from({ length: 250 }, (_, number) => `key ${number}`);
    await here.through(keys[7]!, () => computed('seven', ['thing:7']));
    await one.close();
    const found = await there.find(keys);
    expect(found.values).toEqual(keys.map((_, number) => (number === 7 ? 'seven' : undefined)));

    await one.invalidate({ tags: ['thing:8'] });
    for (const number of [8, 9])
      await found.save(number, { value: number, tags: [`thing:${number}`], ttlSeconds: 60 });
    expect((await here.find([keys[7]!, keys[8]!, keys[9]!])).values).toEqual(['seven', undefined, 9]);
    expect(await other.statistics(name)).toMatchObject({ hits: 3, misses: 251, stores: 2, refusals: 1 });
    await other.invalidate({ tags: ['thing:7'], keys: [{ namespace: name, key: keys[9]! }] });
    expect((await here.find([keys[7]!, keys[9]!])).values).toEqual([undefined, undefined]);
    expect((await here.find([])).values).toEqual([]);
  });

  test.each([
    ['its tag', () => ({ tags: ['thing:2'] })],
    ['its key', (namespace: string) => ({ keys: [{ namespace, key: 'a' }] })],
    ['its namespace', (namespace: string) => ({ namespaces: [namespace] })],
  ])('what was invalidated by %s is computed again', async (_what, invalidation) => {
    const { name, here, there } = newNamespace();
    await here.through('a', () => computed(1, ['thing:1', 'thing:2']));
    await one.close();
    await other.invalidate(invalidation(name));
    expect(await here.through('a', () => computed(2))).toMatchObject({ value: 2, outcome: 'MISS' });
    await one.close();
    expect(await there.through('a', never)).toMatchObject({ value: 2, outcome: 'HIT' });
  });

  test('another tag, key or namespace leaves it alone', async () => {
    const { name, here } = newNamespace();
    await here.through('a', () => computed(1, ['thing:3']));
    await one.close();
    await one.invalidate({
      tags: ['thing:33', 'thing'],
      keys: [{ namespace: name, key: 'aa' }],
      namespaces: [`${name}-`],
    });
    expect(await here.through('a', never)).toMatchObject({ outcome: 'HIT' });
  });

  test('what was begun before an invalidation is not stored after it, even for who waits for it', async () => {
    const { name, here, there } = newNamespace();
    const computing = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const slow = here.through('a', async () => {
      computing.resolve();
      await goOn.promise;
      return { value: 'old', tags: ['thing:4'] };
    });
    await computing.promise;
    await other.invalidate({ tags: ['thing:4'] });
    const waiters = [here, there, here].map((namespace) => namespace.through('a', () => computed('new')));
    goOn.resolve();
    expect((await slow).value).toBe('old');
    for (const waiter of waiters) expect((await waiter).value).toBe('new');
    await Promise.all([one.close(), other.close()]);
    expect((await there.through('a', never)).value).toBe('new');
    expect(await one.statistics(name)).toMatchObject({ refusals: 1 });
  });

  test('of many readers in two processes one computes', async () => {
    const { here, there } = newNamespace();
    let computed = 0;
    const compute = async () => {
      computed += 1;
      await new Promise(setImmediate);
      return { value: computed };
    };
    const readers = Array.from({ length: 50 }, (_, index) =>
      (index % 2 ? here : there).through('a', compute),
    );
    for (const reader of readers) expect((await reader).value).toBe(1);
    expect(computed).toBe(1);
  });

  test('a failure is told to its readers and not kept', async () => {
    const { here } = newNamespace();
    const readers = [1, 2, 3].map(() => here.through('a', () => Promise.reject(new Error('Away.'))));
    for (const reader of readers) await expect(reader).rejects.toThrow('Away.');
    expect((await here.through('a', () => computed(1))).value).toBe(1);
  });

  test('a stale value is given out while one reader computes it anew', async () => {
    const { here, there } = newNamespace({ staleWhileRevalidateSeconds: 300 });
    // Stale from the start.
    await here.through('a', async () => ({ value: 1, ttlSeconds: 0.001 }));
    await one.close();
    await expect
      .poll(async () => (await there.through('a', () => computed(2))).outcome, { interval: 1 })
      .toBe('STALE');
    await Promise.all([one.close(), other.close()]);
    expect(await here.through('a', never)).toMatchObject({ value: 2, outcome: 'HIT' });
  });

  test('a stale value that was invalidated is not given out', async () => {
    const { here } = newNamespace({ staleWhileRevalidateSeconds: 300 });
    await here.through('a', async () => ({ value: 1, ttlSeconds: 0.001, tags: ['thing:5'] }));
    await one.close();
    await other.invalidate({ tags: ['thing:5'] });
    expect(await here.through('a', () => computed(2))).toMatchObject({ value: 2, outcome: 'MISS' });
  });

  test('an operator says how long values live, at once and everywhere', async () => {
    const { name, here, there } = newNamespace();
    await here.through('a', () => computed(1));
    await one.close();
    await other.setPolicy(name, { ttlSeconds: 0, staleWhileRevalidateSeconds: 0 });
    for (const namespace of [here, there])
      expect(await namespace.through('a', () => computed(2))).toMatchObject({ value: 2, outcome: 'MISS' });
    await other.setPolicy(name, null);
    await here.through('a', () => computed(3));
    await one.close();
    expect(await there.through('a', never)).toMatchObject({ value: 3, outcome: 'HIT' });
  });

  test.each([
    ['is too large', { value: 'x'.repeat(1_000) }],
    ['has too many tags', { value: 1, tags: Array.from({ length: 1_001 }, (_, index) => `thing:${index}`) }],
    ['has a tag that cannot be one', { value: 1, tags: ['a\nb'] }],
    ['is not to be stored', { value: 1, isStorable: false }],
  ])('a value that %s is not kept, and holds up nobody', async (_what, result) => {
    const { name, here, there } = newNamespace({ maxEntryBytes: 100 });
    const readers = [here, there, there].map((namespace) => namespace.through('a', async () => result));
    for (const reader of readers) expect((await reader).value).toEqual(result.value);
    await Promise.all([one.close(), other.close()]);
    expect(await one.statistics(name)).toMatchObject({ stores: 0, keys: 0 });
  });

  test('entries are browsed in pages, by prefix, with their tags, and without what is worth nothing', async () => {
    const { name, here } = newNamespace();
    for (let index = 0; index < 12; index += 1)
      await here.through(`page:${String(index).padStart(2, '0')}`, () =>
        computed(index, [`number:${index}`]),
      );
    await here.through('other', () => computed('x'.repeat(100)));
    await one.close();
    await one.invalidate({ tags: ['number:3'] });
    const first = await other.entries(name, { prefix: 'page:', first: 5 });
    expect(first.hasNextPage).toBe(true);
    expect(first.entries.map(({ key }) => key)).toEqual([
      'page:00',
      'page:01',
      'page:02',
      'page:04',
      'page:05',
    ]);
    expect(first.entries[1]).toMatchObject({ sizeBytes: 1, tags: ['number:1'] });
    const second = await other.entries(name, { prefix: 'page:', after: 'page:05', first: 10 });
    expect(second).toMatchObject({ hasNextPage: false, entries: { length: 6 } });
    expect((await other.entries(name, { first: 100 })).entries).toHaveLength(12);
  });

  test('flushing invalidates and frees', async () => {
    const { name, here } = newNamespace();
    for (const key of ['a', 'b', 'c']) await here.through(key, () => computed(key));
    await one.close();
    expect(await other.flush(name)).toBe(3);
    expect(await other.statistics(name)).toMatchObject({ keys: 0, bytes: 0 });
    expect(await here.through('a', () => computed(2))).toMatchObject({ value: 2, outcome: 'MISS' });
  });
});

import { openCacheRedis } from '@kronos/cache';
import { startRedisCluster } from '@kronos/cache/testing';
import { hasRedisServer } from '@kronos/events/testing';
import { createLogger } from '@kronos/service';
import { newId } from '@kronos/subgraph';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { applyKeys, giveBack, type KeyOwner, redisKey, reserveKeys } from './redis-writes.ts';

const cluster = hasRedisServer ? await startRedisCluster() : undefined;
const servers = {
  'one Redis': await testRedisUrl(),
  ...(cluster && { 'a cluster of three nodes': cluster.url }),
};
afterAll(() => cluster?.[Symbol.asyncDispose]());

const set = (key: string, value = 'x', ttlSeconds = 60) => ({ kind: 'SET', key, value, ttlSeconds }) as const;
const del = (key: string) => ({ kind: 'DEL', key, value: '', ttlSeconds: 0 }) as const;
const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => set(`key-${from + n}`));

describe.each(Object.entries(servers))('in %s', (_name, url) => {
  const redis = openCacheRedis(url, createLogger({ name: 'redis-writes', level: 'silent' }));
  afterAll(() => redis.disconnect());
  const connected = new Promise((resolve) => redis.once('ready', resolve));
  const someone = (): KeyOwner => ({ user: newId() });
  const decided = (decision: number, id = newId()) => ({ id, decision: BigInt(decision) });
  const read = (owner: KeyOwner, key: string) => redis.get(redisKey(owner, key));
  const reserve = async (owner: KeyOwner, writes: Parameters<typeof reserveKeys>[3], id = newId()) =>
    (await reserveKeys(redis, id, owner, writes)) ? id : null;

  test('keys are written once, by whoever was decided last, and never meet those of others', async () => {
    await connected;
    // Their keys lie on all nodes.
    const owners = Array.from({ length: 12 }, someone);
    for (const owner of owners) {
      const first = decided(1);
      await applyKeys(redis, first, owner, [set('a', 'first'), set('b'), del('never')]);
      await applyKeys(redis, decided(3), owner, [set('a', 'third')]);
      await applyKeys(redis, decided(2), owner, [set('a', 'second'), del('b')]);
      await applyKeys(redis, first, owner, [set('a', 'first'), set('b')]);
      expect([await read(owner, 'a'), await read(owner, 'b')]).toEqual(['third', null]);
      expect(await redis.ttl(redisKey(owner, 'a'))).toBeGreaterThan(50);
    }
    expect(await read(someone(), 'a')).toBeNull();
  });

  test('room is taken by what is going to be written, and given back when it is not', async () => {
    const owner = someone();
    const full = await reserve(owner, many(1_000));
    expect(await reserve(owner, [set('one-more')])).toBeNull();
    await giveBack(redis, full!, owner);
    await giveBack(redis, full!, owner);

    const some = await reserve(owner, many(999));
    const last = await reserve(owner, [set('last'), set('last', 'twice')]);
    expect([some, last]).not.toContain(null);
    await applyKeys(redis, decided(1, some!), owner, many(999));
    expect(await reserve(owner, [set('one-more')])).toBeNull();
    await giveBack(redis, last!, owner);
    expect(await reserve(owner, [set('one-more')])).not.toBeNull();
    // What is there is written over and goes in a full house, too.
    expect(await reserve(owner, [set('key-7', 'another value'), set('key-8')])).not.toBeNull();
    expect(await reserve(someone(), many(1_000))).not.toBeNull();
  });

  test('what is written counts by its bytes, for as long as it is there', async () => {
    const owner = someone();
    const megabyte = 'ü'.repeat(500_000);
    const large = (count: number, from = 0) =>
      many(count, from).map(({ key }) => set(key, megabyte.slice(key.length)));
    const id = await reserve(owner, large(9));
    await applyKeys(redis, decided(1, id!), owner, large(9));
    await applyKeys(redis, decided(1, id!), owner, large(9));
    expect(await reserve(owner, large(2, 9))).toBeNull();
    // What gets smaller makes room when it is so, not before.
    const smaller = await reserve(owner, [set('key-0')]);
    expect(await reserve(owner, large(2, 9))).toBeNull();
    await applyKeys(redis, decided(2, smaller!), owner, [set('key-0')]);
    const two = await reserve(owner, large(2, 9));
    expect(two).not.toBeNull();
    await giveBack(redis, two!, owner);
    await applyKeys(redis, decided(3), owner, [del('key-1'), set('key-2', megabyte, 1)]);
    expect(await reserve(owner, large(2, 9))).not.toBeNull();
  });
});

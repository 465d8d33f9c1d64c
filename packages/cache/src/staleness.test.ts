import { randomUUID } from 'node:crypto';
import { hasRedisServer, startRedisProcess } from '@kronos/events/testing';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { createCache } from './create-cache.ts';
import { openCacheRedis } from './open-redis.ts';
import { answering } from './testing/answering.ts';
import { startRedisCluster } from './testing/redis-cluster.ts';

/** What may happen, in any number and at the same time. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('read' as const), key: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      thing: fc.nat(3),
      by: fc.constantFrom('tag' as const, 'namespace' as const, 'keys' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), milliseconds: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
);
const actors = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 3, maxLength: 10 });

const quiet = { warn() {}, info() {}, debug() {} };
const own = await startRedisProcess();
const cluster = hasRedisServer ? await startRedisCluster() : undefined;
const servers = { Redis: own.url, ...(cluster && { 'a cluster': cluster.url }) };

afterAll(async () => {
  await own[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

describe.each(Object.entries(servers))('in %s', async (server, url) => {
  const clients = await Promise.all([1, 2, 3].map(() => answering(openCacheRedis(url, quiet))));
  // So few invalidations are remembered that others have to stand for those that are forgotten.
  const caches = clients.map((redis) =>
    createCache({ redis, logger: quiet, timeoutMs: 10_000, remembered: 4 }),
  );
  afterAll(async () => {
    await Promise.all(caches.map((cache) => cache.close()));
    for (const client of clients) client.disconnect();
  });

  test('nobody who asks after an invalidation was acknowledged gets a value from before it', async () => {
    await fc.assert(
      fc.asyncProperty(actors, fc.boolean(), async (all, isStaleGiven) => {
        const name = `test-${randomUUID()}`;
        const namespaces = caches.map((cache) =>
          cache.namespace<number[]>(name, {
            // At once stale, or fresh for ever.
            ttlSeconds: isStaleGiven ? 0.002 : 300,
            staleWhileRevalidateSeconds: 300,
          }),
        );
        /** How often each thing has changed, and up to which change everybody was told. */
        const changes = [0, 0, 0, 0];
        const acknowledged = [0, 0, 0, 0];
        // Each value is made of two things.
        const thingsOf = (key: number) => [key % 4, (key + 1) % 4];
        const tagOf = (thing: number) => `${name}:${thing}`;

        async function compute(key: number) {
          const value: number[] = [];
          for (const thing of thingsOf(key)) {
            value.push(changes[thing]!);
            await moment();
          }
          return { value, tags: thingsOf(key).map(tagOf) };
        }

        await Promise.all(
          all.map(async (steps, actor) => {
            const index = actor % caches.length;
            for (const each of steps) {
              if (each.kind === 'pause') await pause(each.milliseconds);
              else if (each.kind === 'forget')
                await forget(server === 'Redis' ? [own.admin] : cluster!.nodes);
              else if (each.kind === 'read') {
                const known = thingsOf(each.key).map((thing) => acknowledged[thing]!);
                const { value } = await namespaces[index]!.through(`${each.key}`, () => compute(each.key));
                for (const [position, change] of value.entries())
                  expect(change).toBeGreaterThanOrEqual(known[position]!);
              } else {
                changes[each.thing]! += 1;
                const change = changes[each.thing]!;
                const keys = [0, 1, 2, 3, 4, 5].filter((key) => thingsOf(key).includes(each.thing));
                await caches[index]!.invalidate(
                  {
                    tag: { tags: [tagOf(each.thing)] },
                    namespace: { namespaces: [name] },
                    keys: { keys: keys.map((key) => ({ namespace: name, key: `${key}` })) },
                  }[each.by],
                );
                acknowledged[each.thing] = Math.max(acknowledged[each.thing]!, change);
              }
            }
          }),
        );
      }),
      { numRuns: 50 },
    );
  });
});

/** Redis loses a part of what it keeps, as under memory pressure: never entries alone, but what was invalidated. */
async function forget(nodes: readonly { call(...command: string[]): Promise<unknown> }[]): Promise<void> {
  for (const node of nodes) {
    for (const key of (await node.call('KEYS', '*:state')) as string[]) await node.call('DEL', key);
  }
}

function moment(): Promise<void> {
  return Math.random() < 0.5 ? new Promise(setImmediate) : pause(Math.random() * 3);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

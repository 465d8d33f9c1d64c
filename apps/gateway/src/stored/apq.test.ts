import { hash } from 'node:crypto';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { soon, startRedisProcess } from '@kronos/events/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { createDocumentStore } from './document-store.ts';

let graph: ForeignGraph;
beforeAll(async () => {
  graph = await startForeignGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const document = '{ people { name } }';
const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', document) } };

async function askByHash(gateway: TestGateway) {
  const answer = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ extensions }),
  });
  return (await answer.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
}

test('what one gateway was told, all know, also after a restart', async () => {
  const environment = { REDIS_URL: await testRedisUrl() };
  await using first = await startTestGateway(graph.supergraphSdl, environment);
  await using second = await startTestGateway(graph.supergraphSdl, environment);
  expect((await askByHash(second)).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect((await first.post(document, { extensions })).body.data).toBeTruthy();
  await soon(async () => expect((await askByHash(second)).data).toBeTruthy());
  await using restarted = await startTestGateway(graph.supergraphSdl, environment);
  expect((await askByHash(restarted)).data).toBeTruthy();
});

test('while Redis is away documents are registered with each gateway', async () => {
  await using redis = await startRedisProcess();
  await using gateway = await startTestGateway(graph.supergraphSdl, { REDIS_URL: redis.url });
  await redis.kill();
  expect((await askByHash(gateway)).errors?.[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
  expect((await gateway.post(document, { extensions })).body.data).toBeTruthy();
  expect((await askByHash(gateway)).data).toBeTruthy();
});

test('what all documents take is bounded, and what was not used for longest goes first', async () => {
  const redis = new Redis(await testRedisUrl());
  const store = createDocumentStore(redis, { ttlSeconds: 60, maxBytes: 16_000 });
  const documents = Array.from({ length: 20 }, (_, index) => String(index).padEnd(1_000, '.'));
  const set = (text: string) => store.set(hash('sha256', text), text);
  const get = (text: string) => store.get(hash('sha256', text));
  for (const text of documents) await set(text);
  const kept = (await Promise.all(documents.map(get))).filter((text) => text !== undefined);
  expect(kept).toHaveLength(16);
  expect(await redis.get('kronos:{apq}:bytes')).toBe('16000');
  expect(await get(documents.at(-1)!)).toBe(documents.at(-1));
  await set(documents.at(-1)!);
  expect(await redis.get('kronos:{apq}:bytes')).toBe('16000');

  await set('x'.repeat(1_001));
  expect(await get('x'.repeat(1_001))).toBeUndefined();
  for (const key of await redis.keys('kronos:{apq}:*')) expect(await redis.ttl(key)).toBeGreaterThan(0);
  redis.disconnect();
});

test('what has not been used for too long goes with the next that comes', async () => {
  const redis = new Redis(await testRedisUrl());
  const store = createDocumentStore(redis, { ttlSeconds: 60, maxBytes: 16_000 });
  await store.set(hash('sha256', 'old'), 'old');
  await redis.zadd('kronos:{apq}:used', Math.floor(Date.now() / 1_000) - 61, hash('sha256', 'old'));
  await store.set(hash('sha256', 'new'), 'new');
  expect(await store.get(hash('sha256', 'old'))).toBeUndefined();
  expect(await store.get(hash('sha256', 'new'))).toBe('new');
  redis.disconnect();
});

test('a text that somebody has put under the hash of another is not used', async () => {
  const redis = new Redis(await testRedisUrl());
  const store = createDocumentStore(redis, { ttlSeconds: 60, maxBytes: 16_000 });
  await redis.hset('kronos:{apq}:documents', hash('sha256', 'one'), 'another');
  expect(await store.get(hash('sha256', 'one'))).toBeUndefined();
  redis.disconnect();
});

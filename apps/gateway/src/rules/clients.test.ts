import { hashClientKey } from '@kronos/edge-rules';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph } from '../testing/live-graph.ts';
import { openStream } from '../testing/open-stream.ts';
import { sampleClient } from '../testing/sample-rules.ts';
import { startScriptedGraph } from '../testing/scripted-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestRouter, type TestRouter } from '../testing/test-router.ts';

const inAMoment = (ms: number) => new Date(Date.now() + ms).toISOString();
const shop = sampleClient('shop');
const clients = [
  shop,
  sampleClient('desk'),
  sampleClient('closed', { isEnabled: false }),
  sampleClient('old', { keyHashes: [{ hash: hashClientKey('old'), expiresAt: inAMoment(-1) }] }),
];

let router: TestRouter;
let graph: LiveGraph;
let gateway: TestGateway;
beforeAll(async () => {
  router = await startTestRouter({ clients });
  graph = await startLiveGraph();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: router.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
});

const by = (key: string) => ({ 'x-kronos-client-key': key });

test.each(['unknown', '', 'closed', 'old', 'x'.repeat(600)])('the key %j is refused', async (key) => {
  const { status, body } = await gateway.post('{ ready }', { headers: by(key) });
  expect(status).toBe(401);
  expect(body.errors).toMatchObject([
    { message: expect.stringContaining('x-kronos-client-key'), extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test('subgraphs are told the client application, and nobody can pretend to be one', async () => {
  const told: unknown[] = [];
  await using scripted = await startScriptedGraph({
    shop: {
      sdl: 'type Query { stock: Int }',
      answer({ request: { headers } }) {
        told.push(headers['x-kronos-client-application'], headers['x-kronos-client-key']);
        return { body: { data: { stock: 1 } } };
      },
    },
  });
  await using other = await startTestGateway(scripted.supergraphSdl, { KRONOS_EDGE_RULES_URL: router.url });
  await other.post('{ stock }', { headers: by('shop') });
  await other.post('{ stock }', { headers: { 'x-kronos-client-application': shop.id } });
  expect(told).toEqual([shop.id, undefined, undefined, undefined]);
});

test('what a client is answered nobody may keep for another', async () => {
  await using scripted = await startScriptedGraph({
    shop: {
      sdl: 'type Query { stock: Int }',
      answer: () => ({ headers: { 'cache-control': 'public, max-age=60' }, body: { data: { stock: 1 } } }),
    },
  });
  await using other = await startTestGateway(scripted.supergraphSdl, { KRONOS_EDGE_RULES_URL: router.url });
  const ofClient = await other.post('{ stock }', { headers: by('shop') });
  expect(ofClient.headers.get('cache-control')).toBe('private, max-age=60');
  const ofStranger = await other.post('{ stock }');
  expect(ofStranger.headers.get('cache-control')).toBe('public, max-age=60');
  expect(ofStranger.headers.get('vary')).toContain('x-kronos-client-key');
});

test('identical queries of different clients are run for each', async () => {
  const waiting: (() => void)[] = [];
  await using scripted = await startScriptedGraph({
    shop: {
      sdl: 'type Query { stock: Int }',
      answer: () => new Promise((resolve) => waiting.push(() => resolve({ body: { data: { stock: 1 } } }))),
    },
  });
  await using other = await startTestGateway(scripted.supergraphSdl, { KRONOS_EDGE_RULES_URL: router.url });
  const ask = (key: string) => other.post('{ stock }', { headers: by(key) });
  const answers = [ask('shop'), ask('desk'), other.post('{ stock }')];
  await soon(() => expect(waiting).toHaveLength(3));
  for (const answer of waiting) answer();
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
});

test('subscribers of different clients are in different groups, except where all ask as nobody', async () => {
  const open = (field: string, key: string) =>
    openStream(gateway.url, `subscription { ${field} { id } }`, by(key));
  const streams = [await open('toOne', 'shop'), await open('toOne', 'shop'), await open('toOne', 'desk')];
  await soon(() => expect(graph.open).toHaveLength(2));
  expect(graph.open.map(({ headers }) => headers['x-kronos-client-application'])).toEqual(
    expect.arrayContaining([shop.id, clients[1]!.id]),
  );
  streams.push(await open('toEverybody', 'shop'), await open('toEverybody', 'desk'));
  await soon(() => expect(graph.open).toHaveLength(3));
  expect(graph.open.at(-1)?.headers['x-kronos-client-application']).toBeUndefined();
  for (const stream of streams) stream.close();
  await soon(() => expect(graph.open).toHaveLength(0));
});

test('streams of a client end when its key is good no more', async () => {
  const query = 'subscription { toOne { id } }';
  const disabled = await openStream(gateway.url, query, by('shop'));
  const staying = await openStream(gateway.url, query, by('desk'));
  await soon(() => expect(graph.open).toHaveLength(2));
  const expiring = sampleClient('short', {
    keyHashes: [{ hash: hashClientKey('short'), expiresAt: inAMoment(3_000) }],
  });
  router.set({ clients: [{ ...shop, isEnabled: false }, clients[1]!, expiring] });
  await soon(() => expect(disabled.isEnded).toBe(true));
  const errors = [{ message: expect.stringContaining('key'), extensions: { code: 'UNAUTHENTICATED' } }];
  expect(disabled.events.at(-1)?.result).toMatchObject({ errors });

  const short = await openStream(gateway.url, query, by('short'));
  expect(short.status).toBe(200);
  await soon(() => expect(short.isEnded).toBe(true));
  expect(short.events.at(-1)?.result).toMatchObject({ errors });
  expect(staying.isEnded).toBe(false);
  staying.close();
});

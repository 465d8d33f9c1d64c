import { hash } from 'node:crypto';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph } from '../testing/live-graph.ts';
import { openStream, type TestStream } from '../testing/open-stream.ts';
import { sampleClient, sampleOperation } from '../testing/sample-rules.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestRouter, type TestRouter } from '../testing/test-router.ts';

const [shop, desk] = [sampleClient('shop'), sampleClient('desk')];
const listed = 'subscription Listed { toOne { id } }';
const other = 'subscription Other { toOne { id text } }';

let router: TestRouter;
let graph: LiveGraph;
let gateway: TestGateway;
beforeAll(async () => {
  router = await startTestRouter({ clients: [shop, desk], operations: [sampleOperation(listed, shop.id)] });
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

const open = (document: string, key?: string) =>
  openStream(gateway.url, document, key ? { 'x-kronos-client-key': key } : {});
const lastOf = ({ events }: TestStream) => events.at(-1)?.result;
const notAllowed = (document: string) => ({
  errors: [
    {
      message: expect.stringContaining('not stored'),
      extensions: { code: 'OPERATION_NOT_ALLOWED', details: { hash: hash('sha256', document) } },
    },
  ],
});

test('streams of a client end when it is held to its list, and when theirs is taken from that', async () => {
  const [onList, offList] = [await open(listed, 'shop'), await open(other, 'shop')];
  const [ofAnother, ofStranger] = [await open(other, 'desk'), await open(other)];
  await soon(() => expect(graph.open).toHaveLength(4));

  const held = { ...shop, allowedOperations: 'SAFELIST_ONLY' as const };
  router.set({ clients: [held, desk], operations: [sampleOperation(listed, shop.id)] });
  await soon(() => expect(offList.isEnded).toBe(true));
  expect(lastOf(offList)).toMatchObject(notAllowed(other));
  expect([onList.isEnded, ofAnother.isEnded, ofStranger.isEnded]).toEqual([false, false, false]);

  router.set({ clients: [held, desk], operations: [sampleOperation(listed, desk.id)] });
  await soon(() => expect(onList.isEnded).toBe(true));
  expect(lastOf(onList)).toMatchObject(notAllowed(listed));
  await soon(() => expect(graph.open).toHaveLength(2));
  ofAnother.close();
  ofStranger.close();
});

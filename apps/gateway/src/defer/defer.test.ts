import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { createGate, type LibraryGraph, startLibraryGraph } from './testing/library-graph.ts';
import { postForParts } from './testing/read-parts.ts';

let graph: LibraryGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startLibraryGraph();
  gateway = await startTestGateway(graph.supergraphSdl);
});
afterEach(() => {
  graph.gate?.open();
  graph.gate = undefined;
  graph.log.length = 0;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

test('the first part comes before a slow subgraph has answered', async () => {
  graph.gate = createGate();
  const answer = await postForParts(
    gateway.url,
    '{ book(id: "1") { title ... @defer(label: "later") { rating } } }',
  );
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
  expect(answer.headers.get('content-encoding')).toBeNull();
  expect(answer.headers.get('x-accel-buffering')).toBe('no');
  expect(await answer.next()).toEqual({ data: { book: { title: 'Book 1' } }, hasNext: true });
  await vi.waitFor(() => expect(graph.gate?.isReached).toBe(true));

  graph.gate.open();
  expect(await answer.rest()).toEqual([
    { incremental: [{ data: { rating: 0.5 }, path: ['book'], label: 'later' }], hasNext: false },
  ]);
});

import { soon } from '@kronos/events/testing';
import { createClient } from 'graphql-sse';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph, type Upstream } from '../testing/live-graph.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const query = 'subscription { toEverybody { id text } }';
const ids = ['1', '2', '3', '4', '5'];

let graph: LiveGraph;
let gateway: TestGateway;

beforeEach(async () => {
  graph = await startLiveGraph();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_FORWARD_HEADERS: ',' });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

async function upstream(): Promise<Upstream> {
  await soon(() => expect(graph.upstreams).toHaveLength(1));
  graph.upstreams[0]!.position('0');
  return graph.upstreams[0]!;
}

/** Says all of them in one packet. */
function say(source: Upstream, text?: string): void {
  for (const id of ids) source.say(id, text);
}

const texts = [
  ['small ones, which are written together', 'x'],
  ['large ones, which are not', 'x'.repeat(20_000)],
] as const;
/** What a client of the single connection mode, or of multipart, is to hear. */
const results = (text: string) =>
  ids.map((id) => ({ data: { toEverybody: { id, text } }, extensions: { cursor: id } }));

test.each(texts)('events that come together arrive one by one, in order: %s', async (_which, text) => {
  const [sse, parts] = await Promise.all([
    openStream(gateway.url, query),
    openStream(gateway.url, query, { accept: 'multipart/mixed;subscriptionSpec=1.0' }),
  ]);
  say(await upstream(), text);
  await soon(() => expect(sse.events.map(({ id }) => id)).toEqual(ids));
  expect(sse.events.map(({ result }) => result.data)).toEqual(results(text).map(({ data }) => data));
  const payloads = () =>
    [...parts.text.matchAll(/^\{"payload":.*\}$/gm)].map(([json]) => JSON.parse(json!).payload);
  await soon(() => expect(payloads()).toHaveLength(ids.length));
  expect(payloads()).toEqual(results(text));
  sse.close();
  parts.close();
});

test.each(texts)('so they do on a single connection: %s', async (_which, text) => {
  const client = createClient({ url: gateway.url, singleConnection: true, retryAttempts: 0 });
  const heard: unknown[] = [];
  client.subscribe({ query }, { next: (result) => heard.push(result), error() {}, complete() {} });
  say(await upstream(), text);
  await soon(() => expect(heard).toHaveLength(ids.length));
  expect(heard).toEqual(results(text));
  client.dispose();
});

test('what comes in one packet with the end is not lost', async () => {
  const stream = await openStream(gateway.url, query);
  const source = await upstream();
  say(source);
  source.complete();
  await soon(() => expect(stream.isComplete).toBe(true));
  expect(stream.events.map(({ id }) => id)).toEqual(ids);
});

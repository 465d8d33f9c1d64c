import { soon } from '@kronos/events/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph, type Upstream } from '../testing/live-graph.ts';
import { openStream, type TestStream } from '../testing/open-stream.ts';
import { openRawClient, type RawClient } from '../testing/raw-client.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const query = 'subscription { toEverybody { id text } }';
const text = 'x'.repeat(50_000);

let graph: LiveGraph;
let gateway: TestGateway;
let slow: RawClient;
let fast: TestStream | undefined;
let source: Upstream;
let said = 0;

beforeEach(async () => {
  said = 0;
  graph = await startLiveGraph();
  gateway = await startTestGateway(graph.supergraphSdl, { KRONOS_FORWARD_HEADERS: ',' });
  slow = openRawClient(gateway.url, query);
  await soon(() => expect(graph.upstreams).toHaveLength(1));
  source = graph.upstreams[0]!;
  source.position('0');
});
afterEach(async () => {
  slow.close();
  fast?.close();
  fast = undefined;
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

/** Ids from 1 to the last that was said. */
const all = () => Array.from({ length: said }, (_, index) => String(index + 1));

async function figure(name: string): Promise<number> {
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  return Number(
    new RegExp(`^kronos_gateway_stream_${name.replace(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(metrics)?.[1] ?? 0,
  );
}

/** Says things, each after the fast client has got the one before. */
async function say(count: number): Promise<void> {
  for (; count > 0; count--) {
    said++;
    source.say(String(said), text);
    if (fast) await soon(() => expect(fast!.events).toHaveLength(said));
  }
}

async function sayUntilParked(): Promise<void> {
  while ((await figure('parked_total')) === 0) await say(5);
}

test('a client that stops reading is parked, nobody waits for it, and it gets everything when it reads again', async () => {
  fast = await openStream(gateway.url, query);
  await sayUntilParked();
  await say(2);
  slow.read();
  await soon(() => expect(slow.ids).toEqual(all()));
  expect(await figure('replayed_total')).toBeGreaterThan(0);
  await say(1);
  await soon(() => expect(slow.ids).toEqual(all()));
});

test('one that falls behind what is held is cut off, and resumes after its cursor', async () => {
  fast = await openStream(gateway.url, query);
  await sayUntilParked();
  await say(30);
  slow.read();
  await soon(() => expect(slow.isClosed || slow.text.endsWith('0\r\n\r\n')).toBe(true));
  expect(await figure('ends_total{code="SUBSCRIPTION_SLOW_CONSUMER"}')).toBe(1);
  expect(slow.text).not.toContain('event: complete');
  const { ids } = slow;
  expect(ids).toEqual(all().slice(0, ids.length));
  expect(ids.length).toBeLessThan(said);

  const back = openRawClient(gateway.url, query, { 'last-event-id': ids.at(-1)! });
  back.read();
  await soon(() => expect(graph.upstreams).toHaveLength(2));
  for (const id of all().slice(ids.length)) graph.upstreams[1]!.say(id, text);
  await say(1);
  await soon(() => expect(back.ids).toEqual(all().slice(ids.length)));
  back.close();
});

test('a client on its own holds its subgraph back instead, however much it has missed', async () => {
  for (let count = 0; count < 400; count++) await say(1);
  // Nobody reads: what does not fit into the sockets in between stays with the subgraph.
  await soon(async () => expect(await figure('parked_total')).toBe(1));
  await soon(() => expect(source.isHeldBack).toBe(true));
  expect(await figure('events_in_total')).toBeLessThan(said);
  slow.read();
  await soon(() => expect(slow.ids).toEqual(all()));
  expect(await figure('ends_total{code="SUBSCRIPTION_SLOW_CONSUMER"}')).toBe(0);
});

test('clients that read slowly do not keep those waiting who have missed more', async () => {
  slow.close();
  await soon(() => expect(graph.open).toEqual([]));
  const back = (cursor: string) => openRawClient(gateway.url, query, { 'last-event-id': cursor });
  const upstream = async (count: number) => {
    await soon(() => expect(graph.upstreams).toHaveLength(count));
    return graph.upstreams[count - 1]!;
  };
  const slowOnes = [back('1000')];
  const first = await upstream(2);
  slowOnes.push(back('900'));
  const second = await upstream(3);
  for (let id = 1; id < 200; id++) {
    first.say(String(1000 + id), text);
    if (id < 100) second.say(String(900 + id), text);
  }
  await soon(async () => expect(await figure('parked_total')).toBeGreaterThan(1));

  const waiting = back('800');
  waiting.read();
  const third = await upstream(4);
  expect(third.after).toBe('800');
  third.say('801');
  await soon(() => expect(waiting.ids).toEqual(['801']));
  for (const client of [waiting, ...slowOnes]) client.close();
});

import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLiveGraph } from '../testing/live-graph.ts';
import { type LoggingGateway, startLoggingGateway } from '../testing/logging-gateway.ts';
import { openStream } from '../testing/open-stream.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;

let graph: ForeignGraph;
let gateway: LoggingGateway;
beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startLoggingGateway(graph.supergraphSdl);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

test('a trace of somebody else passes through as it came, and errors name none', async () => {
  const { body, headers } = await gateway.post('{ person(id: 1) { broken } }', {
    headers: { traceparent, tracestate: 'a=1,b=2', 'x-client-version': '7' },
  });
  expect(graph.people.requests.at(-1)).toMatchObject({ traceparent, tracestate: 'a=1,b=2' });
  expect(body.errors![0]!.extensions).not.toHaveProperty('traceId');
  expect(headers.get('x-client-version')).toBe('7');
  expect(headers.get('traceparent')).toBeNull();
});

test('without one, or with nonsense, a new one begins, which is in the log lines', async () => {
  const { headers } = await gateway.post('{ person(id: 1) { broken } }', {
    headers: { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01`, tracestate: 'a=1' },
  });
  const told = graph.people.requests.at(-1)!;
  expect(told.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(told).not.toHaveProperty('tracestate');
  const lines = gateway.lines.filter(({ requestId }) => requestId === headers.get('x-request-id'));
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line.traceId).toBe(String(told.traceparent).slice(3, 35));
});

test('the trace of an event goes on with what is fetched for it', async () => {
  await using live = await startLiveGraph();
  await using own = await startLoggingGateway(live.supergraphSdl);
  const stream = await openStream(own.url, 'subscription { toEverybody { text length } }');
  await soon(() => expect(live.open).toHaveLength(1));
  live.open[0]!.say('1', 'hello', { traceparent });
  await soon(() => expect(stream.events).toHaveLength(1));
  expect(stream.text).not.toContain(traceId);
  expect(live.additions.at(-1)).toMatchObject({ traceparent });
  stream.close();
});

test('requests are counted by the names of their clients, of which there are not too many', async () => {
  const ask = (name: string) => gateway.post('{ count }', { headers: { 'x-client-name': name } });
  for (let index = 0; index < 60; index++) await ask(`client-${index}`);
  await ask('client-0');
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  const counted = new Map(
    [...metrics.matchAll(/^kronos_gateway_client_requests_total\{client="(.*)"\} (\d+)$/gm)].map(
      ([, name, count]) => [name, Number(count)],
    ),
  );
  expect(counted.get('client-0')).toBe(2);
  expect(counted.get('other')).toBe(10);
  expect(counted.size).toBe(51);
});

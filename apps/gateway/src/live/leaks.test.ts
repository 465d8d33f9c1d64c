import { soon } from '@kronos/events/testing';
import { expect, test } from 'vitest';
import { startLiveGraph } from '../testing/live-graph.ts';
import { openRawClient, type RawClient } from '../testing/raw-client.ts';
import { startTestGateway } from '../testing/test-gateway.ts';

const queries = ['subscription { toEverybody { id } }', 'subscription { toEverybody { id length } }'];

const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

test('of clients that came and went nothing is left: no group, no upstream, no socket, no timer', async () => {
  await using graph = await startLiveGraph();
  await using gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_MAX_STREAMS_PER_CALLER: '1000',
    KRONOS_STREAM_HEARTBEAT_MS: '20',
  });
  const connections = () =>
    new Promise((resolve) => gateway.gateway.app.server.getConnections((_, count) => resolve(count)));
  const figures = async () => {
    const text = await (await fetch(`${gateway.origin}/metrics`)).text();
    const figure = (name: string) =>
      Number(new RegExp(`^kronos_gateway_${name} (\\d+)$`, 'm').exec(text)?.[1]);
    return {
      streams: figure('streams'),
      groups: figure('stream_groups'),
      upstreams: figure('stream_upstreams'),
    };
  };
  await figures();
  const before = timers();

  let clients: RawClient[] = [];
  for (let count = 0; count < 400; count++) {
    const cursor = count % 3 === 0 ? undefined : String(1 + (count % 50));
    clients.push(openRawClient(gateway.url, queries[count % 2]!, cursor ? { 'last-event-id': cursor } : {}));
    if (count % 5 === 0) clients.at(-1)!.read();
    for (const upstream of graph.open) {
      if (count % 7 === 0) upstream.say(String(100 + count));
      if (count % 90 === 0) upstream.cut();
    }
    if (count % 40 !== 39) continue;
    await soon(async () => expect((await figures()).streams).toBeGreaterThan(20));
    // Some leave before they were answered.
    for (const client of clients) client.close();
    clients = [];
  }

  expect(graph.upstreams.length).toBeGreaterThan(20);
  await soon(async () => expect(await figures()).toEqual({ streams: 0, groups: 0, upstreams: 0 }));
  await soon(() => expect(graph.open).toEqual([]));
  // The one that asks for the figures keeps its own.
  await soon(async () => expect(await connections()).toBeLessThanOrEqual(2));
  await soon(() => expect(timers()).toBeLessThanOrEqual(before + 2));
});

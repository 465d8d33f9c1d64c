import { writeFileSync } from 'node:fs';
import { soon } from '@kronos/events/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LiveGraph, startLiveGraph, type Upstream } from '../testing/live-graph.ts';
import { openStream, type TestStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const everybody = 'subscription ($topic: String) { toEverybody(topic: $topic) { id text } }';
const withLength = 'subscription { toEverybody { id length } }';

let graph: LiveGraph;
let gateway: TestGateway;
const opened: TestStream[] = [];

beforeEach(async () => {
  graph = await startLiveGraph();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_STREAM_HEARTBEAT_MS: '40',
    KRONOS_FORWARD_HEADERS: 'accept-language',
  });
});
afterEach(async () => {
  for (const stream of opened.splice(0)) stream.close();
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

async function listen(
  ...[query, headers, variables]: [string, Record<string, string>?, Record<string, unknown>?]
) {
  const stream = await openStream(gateway.url, query, headers, undefined, variables);
  opened.push(stream);
  return stream;
}

const multipart = { accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0' };
const idsOf = ({ events }: TestStream) => events.map(({ id }) => id);

/** Waits for the stream that the gateway opens as its `count`-th. */
async function upstream(count = 1): Promise<Upstream> {
  await soon(() => expect(graph.upstreams).toHaveLength(count));
  return graph.upstreams[count - 1]!;
}

/** A figure of `/metrics`; labels included in the name. */
async function figure(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.origin}/metrics`)).text();
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.+)$`, 'm').exec(text)?.[1]);
}

describe('a group', () => {
  test('has one upstream, one execution per event, and the same bytes for all', async () => {
    const streams = [await listen(withLength), await listen(withLength)];
    const multi = await listen(withLength, multipart);
    const source = await upstream();
    source.position('0');
    source.say('1');
    for (const stream of streams) await soon(() => expect(idsOf(stream)).toEqual(['1']));
    expect(streams[0]!.events).toEqual(streams[1]!.events);
    expect(streams[0]!.events[0]!.result).toEqual({ data: { toEverybody: { id: '1', length: 1 } } });
    await soon(() =>
      expect(multi.text).toContain(
        '{"payload":{"data":{"toEverybody":{"id":"1","length":1}},"extensions":{"cursor":"1"}}}',
      ),
    );
    expect(graph.additions).toHaveLength(1);
    expect(graph.upstreams).toHaveLength(1);
    expect(await figure('kronos_gateway_stream_groups')).toBe(1);
    expect(await figure('kronos_gateway_stream_upstreams')).toBe(1);
    expect(await figure('kronos_gateway_stream_events_in_total')).toBe(1);
    expect(await figure('kronos_gateway_stream_events_out_total')).toBe(3);
    expect(await figure('kronos_gateway_stream_lag_seconds_count')).toBe(1);
  });

  test('is of one operation, one set of variables, and one set of forwarded headers', async () => {
    await listen(everybody, {}, { topic: 'a' });
    await listen(everybody, {}, { topic: 'a' });
    await listen(everybody, {}, { topic: 'b' });
    await listen(everybody, { 'accept-language': 'fr' }, { topic: 'a' });
    await listen('subscription { toEverybody { id } }');
    await upstream(4);
    expect(graph.upstreams.map(({ variables }) => variables.topic).sort()).toEqual([
      'a',
      'a',
      'b',
      undefined,
    ]);
  });

  test('tells subgraphs nothing of one member that others do not share', async () => {
    await listen(withLength, { 'user-agent': 'one', 'x-request-id': 'mine', 'accept-language': 'fr' });
    const source = await upstream();
    source.say('1');
    await soon(() => expect(graph.additions).toHaveLength(1));
    for (const headers of [source.headers, graph.additions[0]!]) {
      expect(headers).toMatchObject({
        'x-request-id': expect.stringMatching(/^live-/),
        'x-kronos-client-address': 'unknown',
        'accept-language': 'fr',
      });
      expect(headers).not.toHaveProperty('x-kronos-client-agent');
    }
  });

  test('is gone with its last member, and its upstreams are', async () => {
    const streams = [await listen(everybody), await listen(everybody)];
    (await upstream()).position('5');
    streams.push(await listen(everybody, { 'last-event-id': '2' }));
    await upstream(2);
    for (const stream of streams) stream.close();
    await soon(() => expect(graph.open).toEqual([]));
    await soon(async () => expect(await figure('kronos_gateway_streams')).toBe(0));
    expect(await figure('kronos_gateway_stream_groups')).toBe(0);
    expect(await figure('kronos_gateway_stream_upstreams')).toBe(0);
  });

  test('of an older version of the supergraph goes on, and new subscribers get a new one', async () => {
    const before = await listen(everybody);
    (await upstream()).position('1');
    writeFileSync(gateway.supergraphFile, `${graph.supergraphSdl}\n# newer`);
    await soon(async () =>
      expect(await figure('kronos_gateway_supergraph_updates_total{outcome="served"}')).toBe(1),
    );
    const after = await listen(everybody);
    (await upstream(2)).say('2');
    graph.upstreams[0]!.say('2');
    for (const stream of [before, after]) await soon(() => expect(idsOf(stream)).toEqual(['2']));
    expect(before.isEnded).toBe(false);
  });

  test('survives the loss of its upstream', async () => {
    const stream = await listen(everybody);
    const source = await upstream();
    source.position('0');
    source.say('1');
    await soon(() => expect(idsOf(stream)).toEqual(['1']));
    source.cut();
    const next = await upstream(2);
    expect(next.after).toBe('1');
    next.say('2');
    await soon(() => expect(idsOf(stream)).toEqual(['1', '2']));
  });

  test('ends for all when the subgraph completes', async () => {
    const streams = [await listen(everybody), await listen(everybody)];
    (await upstream()).complete();
    for (const stream of streams) await soon(() => expect(stream.isComplete).toBe(true));
    expect(await figure('kronos_gateway_stream_ends_total{code="complete"}')).toBe(2);
  });
});

describe('who comes back', () => {
  test('within what the group holds is served from it, in the same step as going live', async () => {
    const steady = await listen(everybody);
    const source = await upstream();
    source.position('0');
    for (const cursor of ['1', '2', '3']) source.say(cursor);
    await soon(() => expect(idsOf(steady)).toEqual(['1', '2', '3']));
    const back = await listen(everybody, { 'last-event-id': '1' });
    source.say('4');
    await soon(() => expect(idsOf(back)).toEqual(['2', '3', '4']));
    expect(graph.upstreams).toHaveLength(1);
    expect(await figure('kronos_gateway_stream_replayed_total')).toBe(2);
  });

  test('from longer ago gets an upstream, one for all, which is gone when they have caught up', async () => {
    const steady = await listen(everybody);
    const source = await upstream();
    source.position('10');
    source.say('11');
    await soon(() => expect(idsOf(steady)).toEqual(['11']));
    const back = [await listen(everybody, { 'last-event-id': '5' })];
    const missed = await upstream(2);
    expect(missed.after).toBe('5');
    // From now on there are three upstreams at most: the others wait for one of these.
    for (const cursor of ['4', '3', '4', '3'])
      back.push(await listen(everybody, { 'last-event-id': cursor }));
    const earlier = await upstream(3);
    expect(earlier.after).toBe('4');
    for (const cursor of ['6', '8']) missed.say(cursor);
    await soon(() => expect(idsOf(back[0]!)).toEqual(['6', '8']));
    source.say('12');
    // 9 and 10 were for others: the position alone says that nothing more was missed.
    missed.position('10');
    await soon(() => expect(idsOf(back[0]!)).toEqual(['6', '8', '11', '12']));
    await soon(() => expect(missed.isClosed).toBe(true));
    const earliest = await upstream(4);
    expect(earliest.after).toBe('3');
    earlier.position('10');
    for (const cursor of ['4', '6', '8', '10']) earliest.say(cursor);
    for (const stream of [back[2]!, back[4]!]) {
      await soon(() => expect(idsOf(stream)).toEqual(['4', '6', '8', '10', '11', '12']));
    }
    await soon(() => expect(graph.open).toEqual([source]));
    expect(graph.upstreams).toHaveLength(4);
  });

  test('is not told that nothing was missed by a group that does not know', async () => {
    await listen(everybody);
    const source = await upstream();
    // Without a position before it, nobody knows what preceded this event.
    source.say('10');
    const back = await listen(everybody, { 'last-event-id': '8' });
    const missed = await upstream(2);
    expect(missed.after).toBe('8');
    missed.say('9');
    missed.say('10');
    source.say('11');
    await soon(() => expect(idsOf(back)).toEqual(['9', '10', '11']));
  });

  test('to an empty group needs one upstream, and who comes new does not get what is old', async () => {
    const back = await listen(everybody, { 'last-event-id': '5' });
    const resumed = await upstream();
    expect(resumed.after).toBe('5');
    resumed.say('6');
    const fresh = await listen(everybody);
    const live = await upstream(2);
    expect(live.after).toBeUndefined();
    live.position('8');
    resumed.say('7');
    resumed.say('8');
    live.say('9');
    await soon(() => expect(idsOf(back)).toEqual(['6', '7', '8', '9']));
    await soon(() => expect(idsOf(fresh)).toEqual(['9']));
    await soon(() => expect(graph.open).toEqual([live]));
  });

  test('with a cursor that has expired is told so, and nobody else is', async () => {
    const steady = await listen(everybody);
    const source = await upstream();
    source.position('10');
    const expired = await listen(everybody, { 'last-event-id': '1' });
    const missed = await upstream(2);
    const back = await listen(everybody, { 'last-event-id': '9' });
    const recent = await upstream(3);
    missed.refuse('SUBSCRIPTION_CURSOR_EXPIRED');
    await soon(() => expect(expired.isComplete).toBe(true));
    expect(expired.events[0]!.result.errors![0]!.extensions.code).toBe('SUBSCRIPTION_CURSOR_EXPIRED');
    recent.position('10');
    source.say('11');
    for (const stream of [steady, back]) await soon(() => expect(idsOf(stream)).toEqual(['11']));
    expect(await figure('kronos_gateway_stream_ends_total{code="SUBSCRIPTION_CURSOR_EXPIRED"}')).toBe(1);
  });

  test('ahead of the group waits for it without missing anything', async () => {
    await listen(everybody);
    const source = await upstream();
    source.position('10');
    const ahead = await listen(everybody, { 'last-event-id': '12' });
    expect((await upstream(2)).after).toBe('12');
    source.say('11');
    source.say('12');
    source.say('13');
    await soon(() => expect(idsOf(ahead)).toEqual(['13']));
    await soon(() => expect(graph.open).toEqual([source]));
  });

  test('with a cursor that has no order is followed by itself', async () => {
    await listen(everybody);
    (await upstream()).position('10');
    const own = await listen(everybody, { 'last-event-id': 'mon-1' });
    const source = await upstream(2);
    expect(source.after).toBe('mon-1');
    source.say('mon-2');
    await soon(() => expect(idsOf(own)).toEqual(['mon-2']));
  });
});

test('a heartbeat does not overtake an event that is being worked on', async () => {
  const stream = await listen(withLength);
  const source = await upstream();
  source.position('0');
  await soon(() => expect(stream.ids).toContain('0'));
  const release = graph.hold();
  source.say('1');
  source.position('5');
  await soon(() => expect(graph.additions).toHaveLength(1));
  const before = stream.ids.length;
  await soon(() => expect(stream.ids.length).toBeGreaterThan(before + 2));
  expect(new Set(stream.ids)).toEqual(new Set(['0']));
  release();
  await soon(() => expect(stream.ids.at(-1)).toBe('5'));
  expect(idsOf(stream)).toEqual(['1']);
});

test('a subgraph that starts another history is followed, and its past is not claimed', async () => {
  const stream = await listen(everybody);
  const source = await upstream();
  source.position('100');
  source.say('101');
  source.say('3');
  source.say('4');
  await soon(() => expect(idsOf(stream)).toEqual(['101', '3', '4']));
  await listen(everybody, { 'last-event-id': '101' });
  expect((await upstream(2)).after).toBe('101');
});

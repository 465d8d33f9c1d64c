import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { clientSignal } from '../http/subgraph-call.ts';
import { type BothWays, startBothWays } from '../testing/both-ways.ts';
import { stock } from '../testing/catalog-and-stock.ts';

const logger = { debug() {}, info() {}, warn() {}, error: vi.fn() };
let graph: BothWays;

beforeAll(async () => {
  graph = await startBothWays(logger);
});
afterAll(() => graph[Symbol.asyncDispose]());

describe('the answer is that of a subgraph behind HTTP', () => {
  test.each([
    '{ items { id label } plain }',
    '{ items { name: label cost: price parts { name grade ... on Screw { length } ... on Board { w: width } } } }',
    'query ($no: Boolean = false) { items { id price @include(if: $no) ...F } } fragment F on Item { owner { name } }',
    '{ grid { price parts { __typename name } } again: grid { price label } total }',
    '{ items { id added extra odd } settings }',
    '{ items { owner { name fails } } }',
    '{ items { id left } plain }',
    'mutation { a: sell(id: "1") { label price } restock b: sell(id: "2") { label added } }',
  ])('%s', async (query) => {
    graph.behave(stock);
    const { remote, local } = await graph.askBoth(query);
    expect(local).toEqual(remote);
    expect(local.data).toBeTruthy();
  });

  test('twice, from a subgraph that gives the same objects', async () => {
    await using local = await graph.startLocally();
    const query = '{ items { id extra price } settings }';
    expect(await local.ask(query)).toEqual(await local.ask(query));
  });
});

test.each([['behind HTTP'], ['in this process']])(
  'a client that leaves ends its reads, and no mutation, %s',
  async (where) => {
    await using asked = await (where === 'behind HTTP' ? graph.start() : graph.startLocally());
    const begun = vi.fn();
    graph.behave(async (operation, context) => {
      begun();
      await sleep(operation.query.startsWith('mutation') ? 100 : 60_000, undefined, { ref: false });
      return stock(operation, context);
    });
    const client = new AbortController();
    const context = { [clientSignal]: client.signal };
    const read = asked.ask('{ total }', context);
    const write = asked.ask('mutation { restock }', context);
    await vi.waitFor(() => expect(begun).toHaveBeenCalledTimes(2));
    client.abort();
    expect((await read).errors?.[0]?.extensions?.code).toBe('CLIENT_CLOSED_REQUEST');
    expect(await write).toEqual({ data: { restock: 1 } });
    expect(asked.engine.traffic().stock).toMatchObject({ requests: 2, abandoned: 1, running: 0 });
  },
);

test('its traffic is bounded and counted', async () => {
  const held: (() => void)[] = [];
  graph.behave(async (operation, context) => {
    await new Promise<void>((resolve) => held.push(resolve));
    return stock(operation, context);
  });
  await using local = await graph.startLocally({ traffic: { concurrency: 1, queue: 1 } });
  const answers = [local.ask('{ total }'), local.ask('{ total }')];
  await vi.waitFor(() =>
    expect(local.engine.traffic().stock).toMatchObject({ requests: 2, running: 1, queued: 1 }),
  );
  expect((await local.ask('{ total }')).errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    details: { subgraph: 'stock', reason: 'queue full' },
  });
  held.pop()!();
  await vi.waitFor(() => expect(held).toHaveLength(1));
  held.pop()!();
  for (const answer of await Promise.all(answers)) expect(answer).toEqual({ data: { total: 6 } });
});

test('a subgraph that keeps failing to answer in time is left alone for a while', async () => {
  graph.behave(() => new Promise(() => undefined));
  const circuit = { failureRatio: 0.5, windowMs: 10_000, minimumRequests: 3, openMs: 60_000 };
  await using local = await graph.startLocally({ traffic: { timeoutMs: 20, circuit } });
  for (let request = 0; request < 3; request++) await local.ask('{ total }');
  expect(local.engine.traffic().stock).toMatchObject({ failures: 3, circuit: 'open' });
  expect((await local.ask('{ total }')).errors?.[0]?.extensions).toMatchObject({
    details: { reason: 'circuit open' },
  });
});

test('it gets the context of the request; headers are made for nobody', async () => {
  graph.behave(stock);
  const headers = vi.fn(() => ({}));
  const onSubgraphAnswer = vi.fn();
  await using local = await graph.startLocally({ headers, onSubgraphAnswer });
  const context = { who: 'Ada' };
  expect(await local.ask('{ who }', context)).toEqual({ data: { who: 'Ada' } });
  expect(headers).not.toHaveBeenCalled();
  // That an answer has no headers is news, too: what it says of caching, for one.
  expect(onSubgraphAnswer).toHaveBeenCalledExactlyOnceWith(context, 'stock', {}, true);
});

test('one subgraph here, another behind HTTP, also after an update of the supergraph', async () => {
  graph.behave(stock);
  await using mixed = await graph.start({ localSubgraphs: { stock } });
  const before = graph.remoteStock.requests;
  const query = '{ items { label price } }';
  const answer = await mixed.ask(query);
  expect(answer.data?.items).toHaveLength(3);
  await mixed.engine.update(graph.supergraphSdl.replace('owner: Owner', 'owner: Owner '));
  expect(await mixed.ask(query)).toEqual(answer);
  expect(graph.remoteStock.requests).toBe(before);
  expect(await mixed.engine.reach({})).toEqual({ catalog: true, stock: true });
});

test('one that cannot execute anything is not in reach', async () => {
  graph.behave(() => {
    throw new Error('cannot');
  });
  await using local = await graph.startLocally();
  expect(await local.engine.reach({})).toEqual({ catalog: true, stock: 'answers 500' });
});

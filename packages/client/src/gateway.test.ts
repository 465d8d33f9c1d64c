import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createKronosClient, KronosError, type KronosEvent } from './index.ts';
import { type GatewayProcess, startGatewayProcess } from './testing/gateway-process.ts';

const document = 'subscription { postAdded { id author { name } } }';
const quick = { backOff: { initialMs: 20, maxMs: 200 } };

let graph: ForeignGraph;
let gateway: GatewayProcess;
beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startGatewayProcess(graph.supergraphSdl);
});
afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await graph?.[Symbol.asyncDispose]();
});

/** A consumer that reads in the background. */
function listen(variables = {}) {
  const ids: string[] = [];
  const reasons: string[] = [];
  const ending = new AbortController();
  const opened = Promise.withResolvers<void>();
  const client = createKronosClient({
    url: gateway.url,
    ...quick,
    onOpen: () => opened.resolve(),
    onRetry: ({ reason }) => reasons.push(reason.message),
  });
  const ended = (async () => {
    for await (const { data } of client.subscribe(document, variables, { signal: ending.signal }))
      ids.push(data.postAdded.id);
  })();
  const stop = async () => {
    ending.abort();
    await ended;
  };
  return { ids, reasons, opened: opened.promise, stop };
}

let posts = 0;
const publish = () => graph.addPost({ title: `post ${++posts}`, author: '1' });

test('a gateway that drains, is killed, or loses its subgraph: every event once, in order', async () => {
  const consumers = [listen(), listen(), listen()];
  await Promise.all(consumers.map(({ opened }) => opened));
  const first = posts;
  const storm = setInterval(publish, 5);
  const progress = async () => {
    const goal = posts + 5;
    const isFurther = () => consumers.every(({ ids }) => Number(ids.at(-1) ?? 0) > goal);
    await vi.waitFor(() => expect(isFurther()).toBe(true), { timeout: 10_000 });
  };
  await progress();
  for (const signal of ['SIGTERM', 'SIGKILL', 'SIGTERM'] as const) {
    await gateway.stop(signal);
    await gateway.start();
    await progress();
  }
  await graph.posts.kill();
  await graph.posts.revive();
  await progress();
  clearInterval(storm);

  const expected = Array.from({ length: posts - first }, (_, index) => String(first + index + 1));
  for (const consumer of consumers) {
    await vi.waitFor(() => expect(consumer.ids.at(-1)).toBe(String(posts)));
    expect(consumer.ids).toEqual(expected);
    expect(consumer.reasons.length).toBeGreaterThanOrEqual(3);
    await consumer.stop();
  }
}, 60_000);

test('documents may be parsed; variables and refusals pass', async () => {
  const client = createKronosClient({ url: gateway.url });
  const byNode = client.subscribe(
    parse('subscription P($loud: Boolean) { postAdded(loud: $loud) { id } }'),
    {
      loud: true,
    },
    { from: '0' },
  );
  expect((await byNode.next()).value).toEqual({ cursor: '1', data: { postAdded: { id: '1' } } });
  await byNode.return?.();

  const refused = async (query: string, from?: string) => {
    const error = await client
      .subscribe(query, {}, { from })
      .next()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(KronosError);
    return (error as KronosError).code;
  };
  expect(await refused('subscription { nothing }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await refused('subscription { postAdded {')).toBe('GRAPHQL_PARSE_FAILED');
  expect(await refused(document, 'expired')).toBe('SUBSCRIPTION_CURSOR_EXPIRED');
  expect(await refused(document, '{"$gt":0}')).toBe('BAD_CURSOR');
});

test('a query is one event and the end', async () => {
  const client = createKronosClient({ url: gateway.url });
  const events: KronosEvent<{ count: number }>[] = [];
  for await (const event of client.subscribe<{ count: number }>('{ count }')) events.push(event);
  expect(events).toMatchObject([{ data: { count: posts } }]);
  expect(events[0]?.cursor).toBeUndefined();
});

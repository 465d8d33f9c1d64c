import { expect, test, vi } from 'vitest';
import { createKronosClient, type KronosClientOptions, type Retry, type SubscribeOptions } from './index.ts';
import {
  all,
  type Exchange,
  refusal,
  type ScriptedServer,
  startScriptedServer,
  tick,
  ticks,
} from './testing/scripted-server.ts';

const document = 'subscription { tick }';
const quick = { backOff: { initialMs: 5, maxMs: 20 } };

interface Run {
  options?: Partial<KronosClientOptions>;
  subscribe?: SubscribeOptions;
}

/** Hears everything until the subscription completes. */
async function hear({ url }: ScriptedServer, { options, subscribe }: Run = {}) {
  const client = createKronosClient({ url, ...quick, ...options });
  const numbers: number[] = [];
  for await (const { data } of client.subscribe(document, {}, subscribe)) numbers.push(data.tick);
  return numbers;
}

const resumedAfter = ({ exchanges }: ScriptedServer) =>
  exchanges.map(({ headers, operation }) => {
    expect(operation.extensions?.lastEventId).toBe(headers['last-event-id']);
    return headers['last-event-id'];
  });

test('events come with their cursor until the subscription completes', async () => {
  await using server = await startScriptedServer([
    (exchange) => {
      exchange.position('4');
      exchange.event('5', tick(5));
      exchange.event('6', { data: { tick: null }, errors: [{ message: 'no' }], extensions: { cost: 1 } });
      exchange.complete();
    },
  ]);
  const client = createKronosClient({ url: server.url, headers: { 'x-client-name': 'test' } });
  const events = await all(
    client.subscribe('subscription ($a: Int) { tick }', { a: 1 }, { from: '4', headers: { 'x-own': 'too' } }),
  );
  expect(events).toEqual([
    { cursor: '5', data: { tick: 5 } },
    { cursor: '6', data: { tick: null }, errors: [{ message: 'no' }], extensions: { cost: 1 } },
  ]);
  expect(server.exchanges[0]).toMatchObject({
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'last-event-id': '4',
      'x-client-name': 'test',
      'x-own': 'too',
    },
    operation: { query: 'subscription ($a: Int) { tick }', variables: { a: 1 } },
  });
  expect(server.exchanges[0]?.headers.authorization).toBeUndefined();
});

test('a connection that is cut in the middle of an event goes on after the last whole one', async () => {
  await using server = await startScriptedServer([
    (exchange) => {
      ticks(exchange, 1, 2);
      exchange.send('id: 3\nevent: next\ndata: {"data":{"ti');
      setTimeout(exchange.cut, 20);
    },
    (exchange) => {
      ticks(exchange, 3, 4);
      exchange.complete();
    },
  ]);
  expect(await hear(server)).toEqual([1, 2, 3, 4]);
  expect(resumedAfter(server)).toEqual([undefined, '2']);
});

test('a stream that ends without complete goes on, also after a position alone and after a heartbeat', async () => {
  await using server = await startScriptedServer([
    (exchange) => {
      exchange.position('7');
      exchange.end();
    },
    (exchange) => {
      ticks(exchange, 8);
      exchange.send(':\n\n');
      exchange.position('12');
      exchange.end();
    },
    (exchange) => {
      ticks(exchange, 13);
      exchange.complete();
    },
  ]);
  expect(await hear(server)).toEqual([8, 13]);
  expect(resumedAfter(server)).toEqual([undefined, '7', '12']);
});

test('heartbeats keep a connection; silence ends it', async () => {
  await using server = await startScriptedServer([
    async (exchange) => {
      exchange.position('1');
      for (let beat = 0; beat < 10; beat++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        exchange.send(':\n\n');
      }
      ticks(exchange, 2);
    },
    () => 'says nothing at all',
    (exchange) => exchange.complete(),
  ]);
  const reasons: string[] = [];
  const onRetry = ({ reason }: Retry) => reasons.push(reason.message);
  expect(await hear(server, { options: { silenceMs: 250, onRetry } })).toEqual([2]);
  expect(resumedAfter(server)).toEqual([undefined, '2', '2']);
  expect(reasons).toEqual(Array(2).fill(`${server.url} has said nothing for 0.25 seconds.`));
  await server.exchanges[0]!.closed;
});

test.each<[string, (exchange: Exchange) => unknown, number]>([
  [
    '503 with retry-after',
    (to) => to.refuse(503, refusal('SERVICE_UNAVAILABLE'), { 'retry-after': '0.2' }),
    200,
  ],
  ['429 with retryAfter', (to) => to.refuse(429, refusal('RATE_LIMITED', { retryAfter: 0.2 })), 200],
  ['504 of a proxy', (to) => to.refuse(504, '<h1>Gateway Time-out</h1>'), 0],
  ['500 of a fault', (to) => to.refuse(500, refusal('INTERNAL_SERVER_ERROR')), 0],
  [
    'a coded error in the stream',
    (to) => {
      to.event(undefined, refusal('SERVICE_UNAVAILABLE', { retryAfter: 0.2 }));
      to.complete();
    },
    200,
  ],
  [
    'a cut after a retry field',
    (to) => {
      to.send('retry: 200\n\n');
      setTimeout(to.cut, 20);
    },
    200,
  ],
  [
    'a retry field before the end',
    (to) => {
      to.send('retry: 200\n\n');
      to.end();
    },
    200,
  ],
])('%s is waited for and tried again', async (_name, fail, askedMs) => {
  await using server = await startScriptedServer([
    (exchange) => {
      ticks(exchange, 1);
      exchange.end();
    },
    fail,
    (exchange) => {
      ticks(exchange, 2);
      exchange.complete();
    },
  ]);
  const retries: Retry[] = [];
  expect(await hear(server, { options: { onRetry: (retry) => retries.push(retry) } })).toEqual([1, 2]);
  expect(resumedAfter(server)).toEqual([undefined, '1', '1']);
  expect(retries).toHaveLength(2);
  expect(retries[1]!.delayMs).toBeGreaterThanOrEqual(askedMs);
  expect(retries[1]!.delayMs).toBeLessThan(askedMs + 20);
});

test('a graph that is not there yet is waited for', async () => {
  const gone = await startScriptedServer([]);
  await gone[Symbol.asyncDispose]();
  const reasons: string[] = [];
  const heard = hear(gone, { options: { onRetry: ({ reason }) => reasons.push(reason.message) } });
  await vi.waitFor(() => expect(reasons.length).toBeGreaterThan(2));
  expect(reasons[0]).toBe(`The connection to ${gone.url} failed: ECONNREFUSED.`);
  await using _server = await startScriptedServer(
    [
      (exchange) => {
        ticks(exchange, 1);
        exchange.complete();
      },
    ],
    Number(new URL(gone.url).port),
  );
  expect(await heard).toEqual([1]);
});

test('onOpen tells where the subscription stands, at first and after each retry', async () => {
  await using server = await startScriptedServer([
    (exchange) => {
      exchange.send(':\n\n');
      exchange.position('3');
      exchange.end();
    },
    (exchange) => {
      ticks(exchange, 4);
      exchange.complete();
    },
  ]);
  const opened: unknown[] = [];
  await hear(server, { subscribe: { onOpen: (cursor) => opened.push(cursor) } });
  expect(opened).toEqual(['3', '3']);
});

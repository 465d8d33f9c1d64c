import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { RequestHeaders } from '../http/headers.ts';
import { createHttpClient } from '../http/http-client.ts';
import type { TrafficPolicy } from './policy.ts';
import { createTraffic } from './traffic.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A real server that answers as `answer` says, and the traffic to it. */
async function start(
  answer: (response: ServerResponse, request: IncomingMessage) => void,
  policy: Partial<TrafficPolicy> = {},
) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient();
  const traffic = createTraffic(http, policy);
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
    void http.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const send = (options: { isRead?: boolean; signal?: AbortSignal } = {}) =>
    traffic.to('shop').send({ url, headers: new RequestHeaders({}), body: '{}', isRead: true, ...options });
  return { seen, send, statistics: () => traffic.statistics().shop! };
}

const well = (response: ServerResponse) => response.end('{}');
const inTrouble = (response: ServerResponse) => response.writeHead(503).end();
const coded = (code: string, details: object = {}) => ({ extensions: { code, ...details } });

test('a read is sent again after 503 and after a lost connection; a mutation never is', async () => {
  const answers = [inTrouble, (response: ServerResponse) => response.socket!.destroy(), well];
  const { seen, send, statistics } = await start((response) => (answers.shift() ?? inTrouble)(response));
  expect(await send()).toMatchObject({ status: 200 });
  expect(seen).toHaveLength(3);
  expect(await send({ isRead: false })).toMatchObject({ status: 503 });
  expect(seen).toHaveLength(4);
  expect(statistics()).toMatchObject({ requests: 2, retries: 2, failures: 3, running: 0 });
});

test('retry-after is heeded: waited for when it is short, left to the client when it is long', async () => {
  let retryAfter = '1';
  const { seen, send } = await start((response) =>
    seen.length === 2 ? well(response) : response.writeHead(503, { 'retry-after': retryAfter }).end(),
  );
  const startedAt = performance.now();
  expect(await send()).toMatchObject({ status: 200 });
  expect(performance.now() - startedAt).toBeGreaterThan(990);
  retryAfter = '60';
  expect(await send()).toMatchObject({ status: 503 });
  expect(seen).toHaveLength(3);
});

test('when all requests fail, retries add a tenth to the load', async () => {
  const { seen, send } = await start(inTrouble, { circuit: false });
  for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 20 }, () => send()));
  expect(seen.length).toBeGreaterThan(200);
  expect(seen.length).toBeLessThanOrEqual(200 + 20 + 10);
});

test('the circuit opens, lets one probe through at a time, and closes when it is answered well', async () => {
  let answer: (response: ServerResponse) => unknown = inTrouble;
  const { seen, send, statistics } = await start((response) => answer(response), {
    retries: 0,
    circuit: { failureRatio: 0.5, windowMs: 10_000, minimumRequests: 5, openMs: 150 },
  });
  for (let request = 0; request < 5; request++) await send();
  expect(statistics().circuit).toBe('open');
  await expect(send()).rejects.toMatchObject(
    coded('SERVICE_UNAVAILABLE', { details: { subgraph: 'shop', reason: 'circuit open' }, retryAfter: 1 }),
  );
  expect(seen).toHaveLength(5);

  const held: ServerResponse[] = [];
  answer = (response) => held.push(response);
  const probes: Promise<unknown>[] = [];
  const probeIsSent = async () => {
    probes.push(send().catch((error) => error));
    await Promise.race([probes.at(-1), new Promise(setImmediate)]);
    expect(held).toHaveLength(1);
  };
  await vi.waitFor(probeIsSent, { interval: 10 });
  expect(statistics().circuit).toBe('half-open');
  await expect(send()).rejects.toMatchObject(coded('SERVICE_UNAVAILABLE'));
  expect(held).toHaveLength(1);

  answer = well;
  well(held[0]!);
  await Promise.all(probes);
  expect(statistics().circuit).toBe('closed');
  expect(await send()).toMatchObject({ status: 200 });
});

test('a client that leaves does not decide over the probe of an open circuit', async () => {
  const held: ServerResponse[] = [];
  let answer: (response: ServerResponse) => unknown = inTrouble;
  const { send, statistics } = await start((response) => answer(response), {
    retries: 0,
    circuit: { failureRatio: 0.5, windowMs: 10_000, minimumRequests: 2, openMs: 20 },
  });
  await send();
  await send();
  answer = (response) => held.push(response);
  const client = new AbortController();
  await vi.waitFor(() => {
    void send({ signal: client.signal }).catch(() => undefined);
    expect(statistics().circuit).toBe('half-open');
  });
  await vi.waitFor(() => expect(held).toHaveLength(1));
  client.abort();
  expect(statistics().circuit).toBe('half-open');
  inTrouble(held[0]!);
  await vi.waitFor(() => expect(statistics().circuit).toBe('open'));
});

test('no more requests at a time than allowed; others wait, and beyond that they are refused', async () => {
  const held: ServerResponse[] = [];
  const { send, statistics } = await start((response) => held.push(response), { concurrency: 2, queue: 1 });
  const answers = [send(), send(), send()];
  await expect(send()).rejects.toMatchObject(
    coded('SERVICE_UNAVAILABLE', { details: { subgraph: 'shop', reason: 'queue full' }, retryAfter: 1 }),
  );
  await vi.waitFor(() => expect(held).toHaveLength(2));
  expect(statistics()).toMatchObject({ running: 2, queued: 1, refusedByQueue: 1 });
  for (const response of held.splice(0)) well(response);
  await vi.waitFor(() => expect(held).toHaveLength(1));
  well(held[0]!);
  expect(await Promise.all(answers)).toHaveLength(3);
  expect(statistics()).toMatchObject({ running: 0, queued: 0 });
});

test('the deadline counts from the beginning, the wait in the queue included', async () => {
  const { send, statistics } = await start(() => {}, { concurrency: 1, timeoutMs: 100 });
  const startedAt = performance.now();
  const both = await Promise.allSettled([send(), send()]);
  expect(performance.now() - startedAt).toBeLessThan(400);
  for (const outcome of both) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: coded('GATEWAY_TIMEOUT') });
  }
  expect(statistics()).toMatchObject({ running: 0, queued: 0 });
});

test('when the client leaves, its reads are given up, waiting or running; its mutations are not', async () => {
  const held: ServerResponse[] = [];
  const { send, statistics } = await start((response) => held.push(response), { concurrency: 2 });
  const client = new AbortController();
  const mutation = send({ isRead: false, signal: client.signal });
  const reads = [send({ signal: client.signal }), send({ signal: client.signal })];
  await vi.waitFor(() => expect(held).toHaveLength(2));
  const closed = once(held[1]!, 'close');
  client.abort();
  for (const outcome of await Promise.allSettled(reads)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: coded('CLIENT_CLOSED_REQUEST') });
  }
  await closed;
  well(held[0]!);
  expect(await mutation).toMatchObject({ status: 200 });
  await expect(send({ signal: client.signal })).rejects.toMatchObject(coded('CLIENT_CLOSED_REQUEST'));
  expect(statistics()).toMatchObject({ abandoned: 3, running: 0, queued: 0 });
});

test('single subgraphs have settings of their own', async () => {
  const traffic = createTraffic(createHttpClient(), {
    concurrency: 1,
    subgraphs: { shop: { timeoutMs: 1 } },
  });
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  cleanUps.push(
    () => silent.closeAllConnections(),
    () => silent.close(),
  );
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  const request = { url, headers: new RequestHeaders({}), body: '{}', isRead: true };
  await expect(traffic.to('shop').send(request)).rejects.toMatchObject(coded('GATEWAY_TIMEOUT'));
});

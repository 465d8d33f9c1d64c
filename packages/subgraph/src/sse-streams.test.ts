import { type AddressInfo, connect, type Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SseStreams } from './sse-streams.ts';
import type { SubscriptionMessage, SubscriptionStream } from './subgraph.ts';

/** An endless supply of large answers. */
class Flood implements SubscriptionStream {
  pulled = 0;
  isClosed = false;
  readonly #payload = 'x'.repeat(100_000);

  get position(): string {
    return String(this.pulled);
  }

  async next(): Promise<IteratorResult<SubscriptionMessage, undefined>> {
    if (this.isClosed) return { done: true, value: undefined };
    this.pulled += 1;
    // As an event that arrives does, it leaves the turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    return { done: false, value: { cursor: String(this.pulled), result: { data: { x: this.#payload } } } };
  }

  async return(): Promise<IteratorResult<SubscriptionMessage, undefined>> {
    this.isClosed = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

let app: FastifyInstance;
let streams: SseStreams;
let flood: Flood;
let socket: Socket;
let hasEnded: boolean;
let lateStream: Promise<SubscriptionStream>;

beforeEach(async () => {
  app = Fastify();
  streams = new SseStreams(5);
  flood = new Flood();
  hasEnded = false;
  app.get('/', async (_request, reply) => {
    await streams.send(reply, flood);
    hasEnded = true;
  });
  app.get('/late', async (_request, reply) => streams.send(reply, await lateStream));
  await app.listen({ host: '127.0.0.1', port: 0 });
  socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
});

afterEach(async () => {
  socket.destroy();
  await app.close();
});

/** Resolves when nothing has been pulled for a while. */
async function standstill(): Promise<number> {
  let before = -1;
  await vi.waitFor(
    () => {
      const isStill = flood.pulled === before && before > 0;
      before = flood.pulled;
      expect(isStill).toBe(true);
    },
    { interval: 300, timeout: 10_000 },
  );
  return before;
}

test('a receiver that does not read is waited for, not buffered for', async () => {
  const stopped = await standstill();
  let received = 0;
  socket.on('data', (chunk) => {
    received += chunk.length;
  });
  socket.resume();
  await vi.waitFor(() => expect(flood.pulled).toBeGreaterThan(stopped + 20));
  expect(received).toBeGreaterThan(stopped * 90_000);
});

test('a receiver that goes away while it is waited for ends the stream', async () => {
  await standstill();
  socket.resetAndDestroy();
  await vi.waitFor(() => expect({ ...flood, hasEnded }).toMatchObject({ isClosed: true, hasEnded: true }));
});

test('a receiver that went away while the subscription was made ends the stream', async () => {
  const late = new Flood();
  const { promise: ready, resolve: makeReady } = Promise.withResolvers<void>();
  lateStream = ready.then(() => late);
  const leaving = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  const gone = new Promise((resolve) => {
    app.server.on('request', ({ url }, response) => {
      if (url !== '/late') return;
      response.once('close', resolve);
      leaving.resetAndDestroy();
    });
  });
  leaving.write('GET /late HTTP/1.1\r\nhost: x\r\n\r\n');
  await gone;
  makeReady();
  await vi.waitFor(() => expect(late.isClosed).toBe(true));
  expect(late.pulled).toBe(0);
});

test('cutting ends the stream without complete', async () => {
  let text = '';
  socket.on('data', (chunk) => {
    text = (text + chunk).slice(-1000);
  });
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await vi.waitFor(() => expect(flood.pulled).toBeGreaterThan(2));
  streams.cutAll();
  await ended;
  expect(text).not.toContain('complete');
  await vi.waitFor(() => expect({ ...flood, hasEnded }).toMatchObject({ isClosed: true, hasEnded: true }));
});

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { fileCursor } from './file-cursor.ts';
import { type CursorStore, createKronosClient } from './index.ts';
import { type Exchange, startScriptedServer, ticks } from './testing/scripted-server.ts';

const document = 'subscription { tick }';
const quick = { backOff: { initialMs: 5, maxMs: 20 } };

/** Sends what comes after the client's cursor, up to 5, and then leaves the stream open. */
function upToFive(exchange: Exchange): void {
  const after = Number(exchange.headers['last-event-id'] ?? 0);
  exchange.position(String(after));
  for (let number = after + 1; number <= 5; number++) ticks(exchange, number);
}

/** A store as a caller would write it. */
function memory(): CursorStore & { saved: string[] } {
  const saved: string[] = [];
  return { saved, load: () => saved.at(-1), save: (cursor) => void saved.push(cursor) };
}

test('an event is saved when the next one is asked for, not before', async () => {
  await using server = await startScriptedServer([upToFive]);
  const store = memory();
  const events = createKronosClient({ url: server.url }).subscribe(document, {}, { cursor: store });
  expect((await events.next()).value).toMatchObject({ cursor: '1' });
  expect(store.saved).toEqual(['0']);
  expect((await events.next()).value).toMatchObject({ cursor: '2' });
  expect(store.saved).toEqual(['0', '1']);
  await events.return?.();
  expect(store.saved).toEqual(['0', '1']);
});

test('who dies while handling an event gets that one again, and no other', async () => {
  await using server = await startScriptedServer([upToFive]);
  const store = memory();
  const heard: string[] = [];
  const work = async (diesAt?: string) => {
    const client = createKronosClient({ url: server.url });
    for await (const { cursor } of client.subscribe(document, {}, { cursor: store, from: '1' })) {
      heard.push(cursor!);
      if (cursor === diesAt) throw new Error('died');
      if (cursor === '5') break;
    }
  };
  await expect(work('3')).rejects.toThrow('died');
  await work();
  expect(heard).toEqual(['2', '3', '3', '4', '5']);
});

test('a position is kept at once when nothing waits to be handled, each one once', async () => {
  await using server = await startScriptedServer([
    async (exchange) => {
      exchange.position('3');
      exchange.position('3');
      ticks(exchange, 4);
      exchange.position('4');
      exchange.position('9');
    },
  ]);
  const store = memory();
  const signal = new AbortController();
  const events = createKronosClient({ url: server.url }).subscribe(
    document,
    {},
    { cursor: store, signal: signal.signal },
  );
  await events.next();
  expect(store.saved).toEqual(['3']);
  const next = events.next();
  await vi.waitFor(() => expect(store.saved).toEqual(['3', '4', '9']));
  signal.abort();
  expect(await next).toEqual({ done: true, value: undefined });
});

test('what a store throws ends the subscription', async () => {
  await using server = await startScriptedServer([upToFive]);
  const client = createKronosClient({ url: server.url });
  const full = { save: () => Promise.reject(new Error('disk full')) };
  await expect(client.subscribe(document, {}, { cursor: full }).next()).rejects.toThrow('disk full');
  const gone = { load: () => Promise.reject(new Error('no such table')), save: () => undefined };
  await expect(client.subscribe(document, {}, { cursor: gone }).next()).rejects.toThrow('no such table');
});

test('a file keeps the cursor from one run to the next, and a damaged one is not taken for a new one', async () => {
  await using server = await startScriptedServer([upToFive]);
  const folder = await mkdtemp(join(tmpdir(), 'kronos-client-'));
  const path = join(folder, 'cursor');
  const listen = () =>
    createKronosClient({ url: server.url }).subscribe(document, {}, { cursor: fileCursor(path) });
  const first = listen();
  for (const cursor of ['1', '2', '3']) expect((await first.next()).value).toMatchObject({ cursor });
  await first.return?.();
  expect(await readFile(path, 'utf8')).toBe('2\n');
  const second = listen();
  expect((await second.next()).value).toMatchObject({ cursor: '3' });
  await second.return?.();
  expect(await readdir(folder)).toEqual(['cursor']);

  await writeFile(path, '');
  await expect(listen().next()).rejects.toThrow(`${path} holds no cursor`);
  await rm(folder, { recursive: true });
  await expect(listen().next()).rejects.toThrow('ENOENT');
});

test('a consumer that is busy is not read ahead of: the server waits', async () => {
  const total = 2_000;
  const filler = 'x'.repeat(128 * 1_024);
  let sent = 0;
  await using server = await startScriptedServer([
    async (exchange) => {
      exchange.position('0');
      while (sent < total) {
        sent++;
        if (!exchange.event(String(sent), { data: { tick: sent, filler } })) await exchange.drained();
      }
      exchange.complete();
    },
  ]);
  const events = createKronosClient({ url: server.url }).subscribe(document);
  const numbers = [(await events.next()).value.data.tick];
  let before = -1;
  // Until the sockets' buffers are full.
  await vi.waitFor(
    () => {
      const isStill = sent === before;
      before = sent;
      expect(isStill).toBe(true);
    },
    { interval: 300, timeout: 10_000 },
  );
  // Of 256 MB; what is under way lies in the buffers of two sockets and one stream.
  expect(sent * filler.length).toBeLessThan(32 << 20);
  for await (const { data } of events) numbers.push(data.tick);
  expect(numbers).toEqual(Array.from({ length: total }, (_, index) => index + 1));
});

test.each<[string, (exchange: Exchange) => unknown]>([
  ['for an event', (exchange) => exchange.position('1')],
  ['for the answer', () => undefined],
  ['before a retry', (exchange) => exchange.refuse(503, {}, { 'retry-after': '60' })],
])('while it waits %s, abort and return() end the iterator at once', async (_name, script) => {
  await using server = await startScriptedServer([script]);
  const onRetry = vi.fn();
  const client = createKronosClient({ url: server.url, onRetry });
  const ending = new AbortController();
  const [aborted, returned] = [
    client.subscribe(document, {}, { signal: ending.signal }),
    client.subscribe(document),
  ];
  const waiting = [aborted.next(), returned.next()];
  await vi.waitFor(() => expect(server.exchanges).toHaveLength(2));
  if (script.length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  ending.abort();
  await returned.return?.();
  expect(await Promise.all(waiting)).toEqual(Array(2).fill({ done: true, value: undefined }));
  await Promise.all(server.exchanges.map(({ closed }) => closed));
  expect(await aborted.next()).toEqual({ done: true, value: undefined });
});

test('who has aborted before sends nothing', async () => {
  await using server = await startScriptedServer([upToFive]);
  const client = createKronosClient({ url: server.url, ...quick });
  const events = client.subscribe(document, {}, { signal: AbortSignal.abort() });
  expect(await events.next()).toEqual({ done: true, value: undefined });
  expect(server.exchanges).toEqual([]);
});

import { expect, test } from 'vitest';
import { readEventStream, type UpstreamMessage, UpstreamSilent } from './read-event-stream.ts';

const limits = { silenceMs: 30, maxEventBytes: 1_000 };

async function read(
  chunks: Iterable<string | Buffer> | AsyncIterable<string | Buffer>,
): Promise<UpstreamMessage[]> {
  const messages: UpstreamMessage[] = [];
  async function* body() {
    for await (const chunk of chunks) yield Buffer.from(chunk);
  }
  for await (const message of readEventStream(body(), limits)) messages.push(message);
  return messages;
}

test('events carry their own id, and ids alone are positions', async () => {
  const messages = await read([
    ':\n\nid: 4\n\n',
    'id: 5\nevent: next\ndata: {"data":{"a":1}}\n\nid: 5\n\n',
    'event: next\ndata: {"data":{"a":2}}\n\n',
    'event: complete\ndata:\n\n',
  ]);
  expect(messages).toEqual([
    { kind: 'position', cursor: '4' },
    { kind: 'event', cursor: '5', result: { data: { a: 1 } } },
    { kind: 'position', cursor: '5' },
    { kind: 'event', cursor: undefined, result: { data: { a: 2 } } },
    { kind: 'complete' },
  ]);
});

test('bytes may be cut anywhere, letters of several bytes included', async () => {
  const bytes = Buffer.from('id: 1\r\nevent: next\r\ndata: {"data":{"a":"été"}}\r\n\r\n');
  const messages = await read(Array.from(bytes, (byte) => Buffer.from([byte])));
  expect(messages).toEqual([{ kind: 'event', cursor: '1', result: { data: { a: 'été' } } }]);
});

test('an event that is larger than allowed breaks the stream', async () => {
  await expect(read([`event: next\ndata: ${'x'.repeat(2_000)}`])).rejects.toThrow(/max buffer size/);
});

test('a stream that sent heartbeats and falls silent is given up; one that never did is not', async () => {
  async function* silentAfter(...chunks: string[]) {
    yield* chunks;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await expect(read(silentAfter('id: 1\n\n', 'id: 1\n\n'))).rejects.toThrow(UpstreamSilent);
  expect(await read(silentAfter('event: next\ndata: {}\n\n'))).toHaveLength(1);
});

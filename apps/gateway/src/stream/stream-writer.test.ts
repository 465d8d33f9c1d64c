import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createStreamWriter } from './stream-writer.ts';

let server: Server;
let response: ServerResponse;
let client: Socket;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
  client.pause();
  [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.writeHead(200).flushHeaders();
});
afterEach(() => {
  client.destroy();
  server.close();
});

const large = 'x'.repeat(1 << 20);

/** Writes until the client's refusal to read is felt. */
async function fill(writer: ReturnType<typeof createStreamWriter>) {
  for (let written = 1; ; written++) {
    let isThrough = false;
    const writing = writer.write(large).then(() => {
      isThrough = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (!isThrough) return { writing, written };
  }
}

test('a client that does not read holds the writer back, and only for its own stream', async () => {
  const writer = createStreamWriter(response);
  const { writing, written } = await fill(writer);
  expect(writer.isBusy).toBe(true);
  expect(response.writableLength).toBeLessThan((written + 1) * large.length);
  client.resume();
  await writing;
  expect(writer.isBusy).toBe(false);
  expect(writer.closed.aborted).toBe(false);
});

test('a client that goes on not reading is cut off', async () => {
  const writer = createStreamWriter(response, 100);
  const { writing } = await fill(writer);
  await writing;
  await vi.waitFor(() => expect(writer.closed.aborted).toBe(true));
  await writer.write('nothing happens any more');
});

test('a client that leaves releases the writer', async () => {
  const writer = createStreamWriter(response);
  const { writing } = await fill(writer);
  client.destroy();
  await writing;
  expect(writer.closed.aborted).toBe(true);
});

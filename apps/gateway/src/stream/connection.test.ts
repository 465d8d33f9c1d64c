import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { soon } from '@kronos/events/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { framed } from '../live/frame.ts';
import { Connection } from './connection.ts';

let server: Server;
let client: Socket;
let received: string;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  received = '';
});
afterEach(() => {
  client.destroy();
  server.closeAllConnections();
  server.close();
});

async function accept(request = 'GET / HTTP/1.1\r\nhost: test\r\n\r\n'): Promise<ServerResponse> {
  client.write(request);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  response.writeHead(200).flushHeaders();
  return response;
}

const read = () => client.on('data', (chunk) => (received += chunk));
const quiet = { onDrain: () => undefined, onClose: () => undefined };
const large = framed('x'.repeat(1 << 20));

function fill(connection: Connection): number {
  let written = 1;
  while (connection.write(large)) written++;
  return written;
}

test('what is written arrives as HTTP chunks, and the connection serves the next request', async () => {
  const connection = new Connection(await accept(), quiet);
  read();
  connection.writeText('één');
  connection.end('end');
  await soon(() => expect(received).toMatch(/\r\n\r\n5\r\néén\r\n3\r\nend\r\n0\r\n\r\n$/));
  await accept();
});

test('a client of HTTP/1.0 gets no chunks', async () => {
  const connection = new Connection(await accept('GET / HTTP/1.0\r\n\r\n'), quiet);
  read();
  connection.writeText('one');
  connection.end('two');
  await soon(() => expect(received).toMatch(/\r\n\r\nonetwo$/));
});

test('a response that waits for an earlier one is written when its turn comes', async () => {
  client.write('GET /first HTTP/1.1\r\nhost: test\r\n\r\n');
  const [, first] = (await once(server, 'request')) as [unknown, ServerResponse];
  const connection = new Connection(await accept(), quiet);
  read();
  connection.writeText('second');
  first.end('first');
  connection.end('');
  await soon(() => expect(received).toMatch(/first[\s\S]*6\r\nsecond\r\n0\r\n\r\n$/));
});

test('a client that does not read is full, and says when it has read', async () => {
  const onDrain = vi.fn();
  const connection = new Connection(await accept(), { ...quiet, onDrain });
  const written = fill(connection);
  expect(connection.isFull).toBe(true);
  read();
  await soon(() => expect(onDrain).toHaveBeenCalled());
  expect(connection.isFull).toBe(false);
  await soon(() => expect(received.length).toBeGreaterThanOrEqual(written << 20));
});

test('a client that goes on not reading is cut off, also after the last byte was written', async () => {
  const onClose = vi.fn();
  const connection = new Connection(await accept(), { ...quiet, onClose, stallMs: 100 });
  fill(connection);
  connection.end('bye');
  await soon(() => expect(onClose).toHaveBeenCalledOnce());
  expect(connection.write(large)).toBe(true);
});

test('a client that leaves is noticed', async () => {
  const onClose = vi.fn();
  const connection = new Connection(await accept(), { ...quiet, onClose });
  fill(connection);
  client.destroy();
  await soon(() => expect(onClose).toHaveBeenCalledOnce());
  expect(connection.isClosed).toBe(true);
});

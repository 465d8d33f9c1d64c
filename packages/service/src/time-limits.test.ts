import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';

const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: new Registry(),
  readiness: async () => ({}),
  arrivalMs: 100,
  stillMs: 300,
});
app.post('/echo', async (request) => request.body);
// More than the buffers of both sides hold.
const large = Buffer.alloc(32 << 20);
app.get('/large', async () => large);
beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => app.close());

const open = () => connect((app.server.address() as AddressInfo).port, '127.0.0.1');

test.each([
  ['a head', 'GET /health HTTP/1.1\r\nhost: localhost\r\nx-more'],
  [
    'a body',
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
  ],
  [
    'a chunk',
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n',
  ],
  ['anything', ''],
])('%s that does not come is not waited for', async (_name, bytes) => {
  const socket = open();
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(bytes);
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  expect(answer).toContain('"code":"REQUEST_TIMEOUT"');
});

test('bytes one by one do not make a request last longer', async () => {
  const socket = open();
  socket.on('error', () => {});
  socket.write('GET /health HTTP/1.1\r\nhost: localhost\r\n');
  const drip = setInterval(() => socket.write('x: y\r\n'), 10);
  socket.resume();
  await once(socket, 'close');
  clearInterval(drip);
});

test('an answer that nobody takes is not kept', async () => {
  const closed = new Promise((resolve) =>
    app.server.once('connection', (served) => served.once('close', resolve)),
  );
  const socket = open();
  socket.on('error', () => {});
  socket.pause();
  socket.write('GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await closed;
  socket.destroy();
});

test('the rest of a body that is refused is not waited for either', async () => {
  const socket = open();
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(
    'POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2000000\r\n\r\n{',
  );
  await once(socket, 'close');
  expect(answer).toMatch(/^HTTP\/1.1 413 /);
  expect(answer).not.toContain('REQUEST_TIMEOUT');
});

/** What Node has of a socket and does not tell of: how it looks whether a connection moves, and what is still to be written. */
interface Inside {
  _onTimeout(): void;
  _handle: { writeQueueSize: number };
}

test('one that is taken slowly is, however long that takes', async () => {
  const socket = open();
  let bytes = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
  });
  socket.pause();

  const looked = Promise.withResolvers<void>();
  app.server.prependOnceListener('connection', (served: Socket & Inside) => {
    const look = served._onTimeout;
    let looks = 0;
    let left = 0;
    // Before each look something is taken, whatever the clock says: a busy machine has not the time for it between two of them.
    served._onTimeout = async () => {
      if (++looks > 2) return looked.resolve();
      while (served._handle.writeQueueSize === left) await once(socket.resume(), 'data');
      socket.pause();
      left = served._handle.writeQueueSize;
      look.call(served);
    };
    served.once('close', looked.resolve);
  });
  socket.write('GET /large HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  await looked.promise;
  await once(socket.resume(), 'end');
  expect(bytes).toBeGreaterThan(large.length);
});

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';

const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: new Registry(),
  readiness: async () => ({}),
});
beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => app.close());

test.each([
  ['no HTTP', 'GET / HTTP/1.1\r\nthis is no header\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431],
  ['a bad path', 'GET /%ff% HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
])('%s is refused in the coded shape', async (_name, bytes, status) => {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write(bytes);
  await once(socket, 'close');
  const [head, body] = answer.split('\r\n\r\n') as [string, string];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(body)).toEqual({
    errors: [
      {
        message: expect.any(String),
        extensions: { code: 'BAD_REQUEST', timestamp: expect.any(String), requestId: expect.any(String) },
      },
    ],
  });
});

test.each([
  ['before it is over', 'transfer-encoding: chunked\r\n\r\n', 'zz\r\n'],
  ['while it is read', 'transfer-encoding: xchunked\r\n\r\nzz\r\n', ''],
])(
  'a request that is answered %s, and goes on wrongly, gets no second answer',
  async (_name, bytes, rest) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/xml\r\n${bytes}`);
    let [answer] = (await once(socket, 'data')) as [string | Buffer];
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.write(rest);
    await once(socket, 'close');
    expect(String(answer).match(/HTTP\/1\.1 4\d\d /g)).toHaveLength(1);
  },
);

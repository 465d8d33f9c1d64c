import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';

let begun = 0;
let answerAll: (value: string) => void;
const answers = new Promise<string>((resolve) => {
  answerAll = resolve;
});
const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: new Registry(),
  readiness: async () => ({}),
});
app.get('/slow', () => {
  begun += 1;
  return answers;
});
beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => app.close());

function send(count: number) {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(count));
  return socket;
}

test('a connection that sends hundreds of requests before it reads an answer is closed', async () => {
  const socket = send(5_000);
  socket.resume();
  await new Promise((resolve) => socket.once('close', resolve));
  expect(begun).toBeLessThanOrEqual(101);
});

test('one that sends some is answered, in order and as often as it likes', async () => {
  const socket = send(0);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  answerAll('done');
  for (let round = 1; round <= 5; round++) {
    socket.write('GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(80));
    while ((text.match(/done/g) ?? []).length < 80 * round) await once(socket, 'data');
  }
  socket.destroy();
});

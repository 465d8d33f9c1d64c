import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { assertFree, internalPort } from './ports.ts';

async function takenPort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

test('a taken port is one sentence', async () => {
  using taken = await takenPort();
  await expect(assertFree('127.0.0.1', taken.port, 'KRONOS_PORT')).rejects.toThrow(
    `Port ${taken.port} is taken by another process: end it, or set KRONOS_PORT to another port.`,
  );
  await expect(internalPort(0, taken.port, 'AUTH_PORT')).rejects.toThrow('AUTH_PORT');
});

test('an internal port gives way when its usual one is taken', async () => {
  using taken = await takenPort();
  const port = await internalPort(taken.port, undefined, '');
  expect(port).not.toBe(taken.port);
  await assertFree('127.0.0.1', port, '');
});

test('an address that is not ours cannot be listened on', async () => {
  await expect(assertFree('192.0.2.1', 4000, 'KRONOS_PORT')).rejects.toThrow('check KRONOS_HOST');
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import helmet from 'helmet';
import { expect, test } from 'vitest';
import { securityHeaders } from './security-headers.ts';

test('they are what helmet sets on a response', async () => {
  const server = createServer((request, response) => helmet()(request, response, () => response.end()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { headers } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  server.closeAllConnections();
  server.close();
  expect(Object.keys(securityHeaders).length).toBeGreaterThan(10);
  expect(Object.fromEntries(headers)).toMatchObject(securityHeaders);
});

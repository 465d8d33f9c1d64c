import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';

const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: new Registry(),
  readiness: async () => ({}),
  bodyLimitBytes: 100,
});
app.post('/echo', async (request) => request.body);
beforeAll(() => app.listen({ host: '127.0.0.1', port: 0 }));
afterAll(() => app.close());

// More than the buffers of both sides hold, so a client is still writing when the answer is made.
const large = new Uint8Array(16 << 20);

test.each<[string, RequestInit]>([
  ['whose length is said', { body: large }],
  ['in chunks', { body: new Blob([large]).stream(), duplex: 'half' } as RequestInit],
  [
    'with a content coding',
    { body: large, headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } },
  ],
])('a client that writes a large body %s gets to read why it is refused', async (_name, init) => {
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/echo`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    ...init,
  });
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  expect([response.status, errors[0]!.extensions.code]).toEqual(
    init.headers ? [415, 'UNSUPPORTED_MEDIA_TYPE'] : [413, 'PAYLOAD_TOO_LARGE'],
  );
});

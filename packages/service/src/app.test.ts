import type { InjectOptions } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { createLogger } from './logger.ts';

const parts: Record<string, true | string> = { database: true };
const app = createApp({
  logger: createLogger({ name: 'test', level: 'silent' }),
  metrics: new Registry(),
  readiness: async () => parts,
  bodyLimitBytes: 100,
});
app.post('/echo', async (request) => request.body);
app.get('/broken', async () => {
  throw new Error('the password is 1234');
});
afterAll(() => app.close());

test('is alive, and ready only when every part is', async () => {
  expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
  expect((await app.inject('/ready')).statusCode).toBe(200);
  parts.redis = 'connection refused';
  const unready = await app.inject('/ready');
  expect(unready.statusCode).toBe(503);
  expect(unready.json()).toEqual({
    status: 'unavailable',
    parts: { database: 'ready', redis: 'connection refused' },
  });
});

test('echoes a sound request id and replaces an unsound one', async () => {
  const sound = await app.inject({ url: '/health', headers: { 'x-request-id': 'order-17' } });
  expect(sound.headers['x-request-id']).toBe('order-17');
  const unsound = await app.inject({ url: '/health', headers: { 'x-request-id': '<script>' } });
  expect(unsound.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
});

test('shows metrics to this machine alone', async () => {
  expect((await app.inject('/metrics')).body).toContain('process_cpu_seconds_total');
  const stranger = await app.inject({ url: '/metrics', remoteAddress: '192.0.2.1' });
  expect(stranger.statusCode).toBe(403);
  expect(stranger.json().errors[0].extensions.code).toBe('FORBIDDEN');
});

const refused: [InjectOptions, number, string][] = [
  [{ url: '/nowhere' }, 404, 'NOT_FOUND'],
  [
    { url: '/echo', method: 'POST', payload: '{', headers: { 'content-type': 'application/json' } },
    400,
    'BAD_REQUEST',
  ],
  [{ url: '/echo', method: 'POST', payload: { big: 'x'.repeat(200) } }, 413, 'PAYLOAD_TOO_LARGE'],
  [
    { url: '/echo', method: 'POST', payload: 'a', headers: { 'content-type': 'text/xml' } },
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [{ url: '/broken' }, 500, 'INTERNAL_SERVER_ERROR'],
];

test.each(refused)('%o is answered with a coded error', async (request, status, code) => {
  const response = await app.inject(request);
  expect(response.statusCode).toBe(status);
  expect(response.json().errors[0].extensions).toMatchObject({
    code,
    requestId: response.headers['x-request-id'],
  });
  expect(response.body).not.toContain('1234');
});

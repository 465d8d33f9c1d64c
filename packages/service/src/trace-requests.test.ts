import { tracing } from '@kronos/telemetry';
import { type TracedProcess, traceForTest } from '@kronos/telemetry/testing';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createApp } from './app.ts';
import { endRequestSpan } from './trace-requests.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const lines: Record<string, unknown>[] = [];
let process: TracedProcess;
let app: FastifyInstance;

beforeAll(async () => {
  process = await traceForTest();
  app = createApp({
    logger: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    metrics: new Registry(),
    readiness: async () => ({}),
    traces: { service: 'shop' },
  });
  app.post('/things/:id', async (request) => {
    request.log.info('working');
    return { traceparent: tracing?.active()?.headers.traceparent, body: request.body };
  });
  app.get('/broken', async () => {
    throw new Error('the password is 1234');
  });
  app.get('/stream', async (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200);
    endRequestSpan(request, 200);
    reply.raw.end('over');
  });
});
afterAll(async () => {
  await app.close();
  await process[Symbol.asyncDispose]();
});
beforeEach(() => lines.splice(0));

const spanOf = (requestId: string) =>
  process.until((spans) => spans.find(({ attributes }) => attributes['kronos.request_id'] === requestId));

test('a request has a span, in which its handler runs, and whose id is in its log lines', async () => {
  const answer = await app.inject({
    method: 'POST',
    url: '/things/7?secret=1',
    headers: {
      traceparent: parent,
      'x-request-id': 'one',
      'x-client-name': 'till',
      'x-client-version': '1.2',
      'user-agent': 'test',
    },
    payload: { a: 1 },
  });
  const span = await spanOf('one');
  expect(span).toMatchObject({
    name: 'POST /things/:id',
    kind: 'server',
    service: 'kronos-shop',
    traceId: '0af7651916cd43dd8448eb211c80319c',
    parentId: 'b7ad6b7169203331',
    failure: undefined,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/things/:id',
      'url.path': '/things/7',
      'http.response.status_code': 200,
      'graphql.client.name': 'till',
      'graphql.client.version': '1.2',
    },
  });
  expect(JSON.stringify(span)).not.toContain('secret');
  expect(Object.keys(span.attributes)).not.toContain('user_agent.original');
  expect(Object.keys(span.attributes)).not.toContain('client.address');
  expect(answer.json()).toEqual({ traceparent: `00-${span.traceId}-${span.spanId}-01`, body: { a: 1 } });
  expect(lines).toEqual([
    expect.objectContaining({ requestId: 'one', traceId: span.traceId, msg: 'working' }),
  ]);
});

test('an error that a client sees names the request and the trace, in which it is a failure', async () => {
  const answer = await app.inject({ url: '/broken', headers: { 'x-request-id': 'two' } });
  const span = await spanOf('two');
  const ids = { requestId: 'two', traceId: span.traceId };
  expect(answer.json().errors[0].extensions).toMatchObject(ids);
  expect(span).toMatchObject({ parentId: null, failure: '500', attributes: { 'error.type': '500' } });
  expect(lines).toEqual([expect.objectContaining({ ...ids, msg: 'request failed' })]);
  expect(JSON.stringify(span)).not.toContain('1234');
});

test('what a client says of itself is left out when it is no plain, short text', async () => {
  const headers = { 'x-request-id': 'three', 'x-client-name': 'ü', 'x-client-version': 'x'.repeat(200) };
  await app.inject({ url: '/nowhere', headers });
  const { name, attributes } = await spanOf('three');
  expect(name).toBe('GET');
  expect(attributes).not.toHaveProperty('graphql.client.name');
  expect(attributes).not.toHaveProperty('graphql.client.version');
});

test('the span of a stream ends when its handler says so, once', async () => {
  await app.inject({ url: '/stream', headers: { 'x-request-id': 'four' } });
  await app.inject({ url: '/broken', headers: { 'x-request-id': 'five' } });
  await spanOf('five');
  const ofStream = process.spans.filter(({ attributes }) => attributes['kronos.request_id'] === 'four');
  expect(ofStream).toMatchObject([{ attributes: { 'http.response.status_code': 200 } }]);
});

test('health is not traced', async () => {
  await app.inject({ url: '/health', headers: { 'x-request-id': 'six' } });
  await app.inject({ url: '/nowhere', headers: { 'x-request-id': 'seven' } });
  await spanOf('seven');
  expect(process.spans.map(({ attributes }) => attributes['kronos.request_id'])).not.toContain('six');
});

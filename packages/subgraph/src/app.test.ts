import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSubgraphApp } from './app.ts';
import { unauthenticated } from './errors.ts';
import { createFixtureSubgraph } from './fixture/fixture-subgraph.ts';
import { encodeId } from './ids.ts';
import { createTestDomain, createTestGateway, type TestDomain, type TestGateway } from './testing/index.ts';
import { createVerifyCaller } from './verify-caller.ts';

let kit: TestDomain;
let gateway: TestGateway;
let authorization: string;
let app: ReturnType<typeof createSubgraphApp>;
beforeAll(async () => {
  kit = await createTestDomain('auth', createFixtureSubgraph);
  gateway = await createTestGateway();
  authorization = `Bearer ${await gateway.sign({})}`;
  const verifyCaller = createVerifyCaller({ jwksFile: gateway.jwksFile, logger: kit.subgraph.logger });
  app = createSubgraphApp(kit.subgraph, { verifyCaller, heartbeatMs: 50 });
});
afterAll(async () => {
  await app.close();
  await kit[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

const post = (payload: unknown, headers: Record<string, string> = { authorization }) =>
  app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });

test('the answer to a mutation tells the gateway, and nobody else, which entities its events are about', async () => {
  const [sessionId, userId] = [
    '0190a000-0000-7000-8000-000000000001',
    '0190a000-0000-7000-8000-000000000002',
  ];
  const mutation = `mutation { sessionRevoke(sessionId: "${sessionId}") { eventId } }`;
  const token = await gateway.sign({ sub: encodeId('user', userId!), sid: encodeId('session', sessionId!) });
  const { headers, body } = await post({ query: mutation }, { authorization: `Bearer ${token}` });
  expect(headers['x-kronos-changed']).toBe(`session:${sessionId},session:*,user:${userId},user:*`);
  expect(Object.keys(JSON.parse(body))).toEqual(['data']);
  expect((await post({ query: '{ greeting }' })).headers['x-kronos-changed']).toBeUndefined();
});

test('an operation is answered with JSON, under the request’s own id', async () => {
  const response = await post({ query: '{ greeting }' }, { authorization, 'x-request-id': 'request-1' });
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': 'request-1',
  });
  expect(response.json()).toEqual({ data: { greeting: 'hello' } });
});

test.each([[{}], [{ authorization: 'Bearer nonsense' }]])(
  'without the gateway’s token there is nothing: %j',
  async (headers) => {
    const response = await post({ query: '{ greeting }' }, headers);
    expect(response.statusCode).toBe(401);
    expect(response.json()).toEqual({
      errors: [
        {
          message: 'This subgraph answers to its gateway only.',
          extensions: {
            code: 'UNAUTHENTICATED',
            requestId: response.headers['x-request-id'],
            timestamp: expect.any(String),
          },
        },
      ],
    });
  },
);

describe('what is no GraphQL request', () => {
  test.each([
    ['a batch', [{ query: '{ greeting }' }], 400, 'BAD_REQUEST'],
    ['no query', {}, 400, 'BAD_REQUEST'],
    ['variables that are no object', { query: '{ greeting }', variables: 'x' }, 400, 'BAD_REQUEST'],
    ['no JSON', '{', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['more than a megabyte', { query: `# ${'x'.repeat(1 << 20)}` }, 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s', async (_what, payload, status, code) => {
    const response = await post(payload);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({
      errors: [{ message: expect.any(String), extensions: { code } }],
    });
  });

  test('another path, another method, another type', async () => {
    const inject = async (method: 'GET' | 'POST', url: string, type: string) =>
      (await app.inject({ method, url, headers: { 'content-type': type }, payload: 'x' })).statusCode;
    expect(await inject('GET', '/graphql', 'application/json')).toBe(404);
    expect(await inject('POST', '/graphql/stream', 'text/plain')).toBe(404);
    expect(await inject('POST', '/graphql', 'application/xml')).toBe(415);
  });
});

test('the domain’s own routes, and those of every process', async () => {
  expect((await app.inject('/extra')).json()).toEqual({ extra: true });
  expect((await app.inject({ url: '/inner', headers: { authorization } })).json()).toEqual({ inner: true });
  const refused = await app.inject({ url: '/inner', headers: { authorization: 'Bearer nonsense' } });
  expect(refused.statusCode).toBe(401);
  expect(refused.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  expect((await app.inject('/health')).json()).toEqual({ status: 'ok' });
  expect((await app.inject('/ready')).json()).toEqual({ status: 'ready', parts: { database: 'ready' } });
  const metrics = (await app.inject('/metrics')).body;
  expect(metrics).toMatch(
    /kronos_subgraph_operation_seconds_count\{subgraph="fixture",outcome="success"\} [1-9]/,
  );
});

describe('a subscription', () => {
  let url: string;
  beforeAll(async () => {
    url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
  });

  async function open(query: string, headers: Record<string, string> = {}) {
    const token = `Bearer ${await gateway.sign({ sub: 'user_00000000000000000000000000' })}`;
    return fetch(url, {
      method: 'POST',
      headers: {
        authorization: token,
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ query }),
    });
  }
  const query = 'subscription { sessionRevoked { cursor } }';

  test('begins with its position at once and repeats it as a heartbeat', async () => {
    const response = await open(query, { 'x-request-id': 'request-2' });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-request-id': 'request-2',
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (text.split('\n\n').length < 4) text += (await reader.read()).value;
    expect(text).toMatch(/^(id: \d+\n\n){2,}$/);
    await reader.cancel();
  });

  test.each([
    ['subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['{ greeting }', {}, 'BAD_USER_INPUT'],
    [query, { 'last-event-id': 'yesterday' }, 'BAD_CURSOR'],
    [query, { 'last-event-id': '-1' }, 'BAD_CURSOR'],
  ])('that cannot be is one message and complete: %s %j', async (document, headers, code) => {
    const response = await open(document, headers as Record<string, string>);
    expect(response.status).toBe(200);
    const [next, complete] = (await response.text()).split('\n\n');
    const data = next?.replace('event: next\ndata: ', '') as string;
    expect(JSON.parse(data)).toMatchObject({ errors: [{ extensions: { code } }] });
    expect(complete).toMatch(/^event: complete\ndata:/);
  });

  test('without a token is refused like anything else', async () => {
    const response = await open(query, { authorization: '' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test('ends with its receiver, however that ends', async () => {
    const streams = async () =>
      Number(
        /kronos_subgraph_streams\{subgraph="fixture"\} (\d+)/.exec(await kit.subgraph.metrics.metrics())?.[1],
      );
    const token = `Bearer ${await gateway.sign({ sub: 'user_00000000000000000000000000' })}`;
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const body = JSON.stringify({ query });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: ${token}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await vi.waitFor(async () => expect(await streams()).toBe(1));
    socket.resetAndDestroy();
    await vi.waitFor(async () => expect(await streams()).toBe(0));
  });
});

test('an error that is no refusal of the caller is masked', async () => {
  const broken = createSubgraphApp(kit.subgraph, {
    async verifyCaller(headers) {
      if (headers['x-broken']) throw new Error('the disk is on fire');
      throw unauthenticated();
    },
  });
  const inject = (headers: Record<string, string>) =>
    broken.inject({ method: 'POST', url: '/graphql', headers, payload: { query: '{ greeting }' } });
  const response = await inject({ 'x-broken': 'yes' });
  expect(response.statusCode).toBe(500);
  expect(response.body).not.toContain('fire');
  expect((await inject({})).statusCode).toBe(401);
  await broken.close();
});

import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let graph: ForeignGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startForeignGraph();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_MAX_BODY_BYTES: '20000',
    KRONOS_MAX_TOKENS: '500',
  });
});
beforeEach(() => graph.people.behave('well'));
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

describe('GraphQL over HTTP', () => {
  for (const audit of serverAudits({ url: () => gateway.url })) {
    // What the specification only allows (MAY) is left out: GET with a form's content type is what CSRF looks like.
    if (audit.name.startsWith('MAY')) continue;
    test(audit.name, async () => {
      expect(await audit.fn()).toMatchObject({ status: 'ok' });
    });
  }

  test('a persisted operation whose hash is wrong is told so', async () => {
    const persistedQuery = { version: 1, sha256Hash: 'no hash of it' };
    const { status, body } = await gateway.post('{ count }', { extensions: { persistedQuery } });
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({
      message: 'provided sha does not match query',
      extensions: { code: 'BAD_REQUEST' },
    });
  });

  test('a query by GET with a preflight header', async () => {
    const answer = await fetch(`${gateway.url}?query={__typename}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('introspection is off in production', async () => {
    await using production = await startTestGateway(graph.supergraphSdl, { NODE_ENV: 'production' });
    const { body } = await production.post('{ __schema { queryType { name } } }');
    expect(body.errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const page = await fetch(`${production.origin}/`);
    expect(await page.text()).not.toMatch(/apollographql/);
    expect((await fetch(`${production.origin}/explorer`)).status).toBe(404);
  });
});

describe('errors', () => {
  test('coded errors pass, unknown ones are masked, and nothing tells of the inside', async () => {
    const { status, body, headers } = await gateway.post('{ person(id: 1) { diary broken } }', {
      headers: { 'x-request-id': 'my-request' },
    });
    expect(status).toBe(200);
    expect(headers.get('x-request-id')).toBe('my-request');
    const [diary, broken] = body.errors!;
    expect(diary).toEqual({
      message: 'diaries are private',
      path: ['person', 'diary'],
      extensions: { code: 'FORBIDDEN', timestamp: expect.stringMatching(/^20.*Z$/), requestId: 'my-request' },
    });
    expect(broken?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(body)).not.toMatch(/hunter2|serviceName|stacktrace/);
  });

  test.each([
    [503, 'SERVICE_UNAVAILABLE', 503],
    [504, 'GATEWAY_TIMEOUT', 504],
    [429, 'RATE_LIMITED', 429],
  ])('a subgraph that answers %i to all that was asked', async (status, code, expected) => {
    graph.people.behave({ status, body: '' });
    const answer = await gateway.post('{ people { name } }');
    expect(answer.status).toBe(expected);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(answer.body.errors?.[0]).toMatchObject({
      extensions: { code, details: { subgraph: 'people' }, retryAfter: 2 },
    });
  });

  test('an answer that has data is 200, whatever else failed', async () => {
    graph.people.behave({ status: 503, body: '' });
    const { status, body } = await gateway.post('{ count people { name } }');
    expect(body.errors?.[0]?.extensions.code).toBe('SERVICE_UNAVAILABLE');
    expect(status).toBe(body.data ? 200 : 503);
    const nullable = await gateway.post('{ count whoAmI }');
    expect(nullable).toMatchObject({ status: 200, body: { data: { count: 0, whoAmI: null } } });
  });

  test.each([
    ['no JSON', '{', { 'content-type': 'application/json' }, 400, 'BAD_REQUEST'],
    ['no query', '{"variables":{}}', { 'content-type': 'application/json' }, 400, 'BAD_REQUEST'],
    [
      'a body too large',
      JSON.stringify({ query: `#${'x'.repeat(30_000)}` }),
      { 'content-type': 'application/json' },
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['text', '{__typename}', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a bad operation name',
      '{"query":"query A { count }","operationName":"B"}',
      { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [
      'a bad variable',
      '{"query":"query A($id: ID!) { person(id: $id) { id } }"}',
      { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      400,
      'BAD_USER_INPUT',
    ],
  ])('%s is refused in the coded shape', async (_name, body, headers, status, code) => {
    const answer = await fetch(gateway.url, {
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
    });
    expect(answer.status).toBe(status);
    const { errors } = (await answer.json()) as { errors: unknown[] };
    expect(errors[0]).toMatchObject({
      message: expect.any(String),
      extensions: { code, timestamp: expect.any(String), requestId: answer.headers.get('x-request-id') },
    });
  });

  test('what is not there is NOT_FOUND', async () => {
    const answer = await fetch(`${gateway.origin}/nowhere`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  });
});

describe('limits', () => {
  const aliases = (count: number, field: string) =>
    Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ');

  test.each([
    ['tokens', `{ people { ${aliases(200, 'id')} } }`],
    ['rootFields', `{ ${aliases(51, 'count')} }`],
  ])('too many %s are refused with the limit', async (limit, query) => {
    const { status, body } = await gateway.post(query, {
      headers: { accept: 'application/graphql-response+json' },
    });
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({
      extensions: { code: 'OPERATION_LIMIT_EXCEEDED', details: { limit, maximum: expect.any(Number) } },
    });
  });
});

describe('browsers', () => {
  test('a form of another site gets nothing', async () => {
    const form = await fetch(`${gateway.url}?query={__typename}`);
    expect(form.status).toBe(400);
    expect(await form.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  test.each([
    ['http://localhost:3000', true],
    ['http://localhost:13008', true],
    ['https://studio.apollographql.com', true],
    ['https://evil.example', false],
  ])('a page of %s may read answers: %s', async (origin, mayRead) => {
    const answer = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe(mayRead ? origin : null);
  });

  test('Sandbox is no origin in production', async () => {
    await using production = await startTestGateway(graph.supergraphSdl, { NODE_ENV: 'production' });
    const headers = { origin: 'https://studio.apollographql.com', 'access-control-request-method': 'POST' };
    const answer = await fetch(production.url, { method: 'OPTIONS', headers });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('the landing page has Sandbox on the same endpoint and an exception for it alone', async () => {
    const page = await fetch(`${gateway.origin}/`);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toMatch(/frame-src https:\/\/sandbox\.embed\.apollographql\.com/);
    const html = await page.text();
    expect(html).toContain(`"initialSubscriptionEndpoint":"${gateway.url}"`);
    const graphql = await fetch(`${gateway.origin}/health`);
    expect(graphql.headers.get('content-security-policy')).not.toMatch(/apollographql/);
  });
});

describe('operating', () => {
  test('/ready names what cannot be reached', async () => {
    expect(await (await fetch(`${gateway.origin}/ready`)).json()).toMatchObject({
      parts: { supergraph: 'ready', people: 'ready', posts: 'ready' },
    });
    graph.people.behave({ status: 503, body: '' });
    await vi.waitFor(
      async () => {
        const answer = await fetch(`${gateway.origin}/ready`);
        expect(answer.status).toBe(503);
        expect(await answer.json()).toMatchObject({ parts: { people: 'answers 503', posts: 'ready' } });
      },
      { timeout: 5_000, interval: 200 },
    );
  });

  test('/metrics counts operations', async () => {
    await gateway.post('{ count }');
    const text = await (await fetch(`${gateway.origin}/metrics`)).text();
    expect(text).toMatch(/kronos_gateway_operation_seconds_count\{operation="query",outcome="ok"\} [1-9]/);
  });

  test('a subgraph gets the request id, the trace and the address, and no forged header', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await gateway.post('{ whoAmI }', {
      headers: {
        'x-request-id': 'r-1',
        traceparent,
        authorization: 'Bearer as-it-came',
        'x-kronos-client-address': '6.6.6.6',
        'x-kronos-anything': 'forged',
        'user-agent': 'test-agent',
      },
    });
    const seen = graph.people.requests.at(-1);
    expect(seen).toMatchObject({
      'x-request-id': 'r-1',
      traceparent,
      authorization: 'Bearer as-it-came',
      'x-kronos-client-address': '127.0.0.1',
      'x-kronos-client-agent': 'test-agent',
    });
    expect(seen).not.toHaveProperty('x-kronos-anything');
  });
});

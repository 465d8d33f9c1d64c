import { randomUUID } from 'node:crypto';
import { defaultPolicies, type Route, type RouteParameter } from '@kronos/edge-rules';
import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sampleClient, sampleOperation, sampleRoute } from '../testing/sample-rules.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';
import { startTestRouter, type TestRouter } from '../testing/test-router.ts';
import { type ShopGraph, startShopGraph } from './testing/shop-graph.ts';

const documents = {
  item: 'query Item($id: ID!) { item(id: $id) { id title } }',
  items: `query Items($first: Int = 5, $ids: [ID!], $kind: Kind, $isNew: Boolean, $filter: ItemFilter) {
    items(first: $first, ids: $ids, kind: $kind, isNew: $isNew, filter: $filter) { nodes { arguments } totalCount }
  }`,
  spelled: `query Spelled($kind: Kind, $filter: ItemFilter) {
    items(kind: $kind, filter: $filter) { nodes { kind asGiven: arguments } totalCount }
  }`,
  failing:
    'query Failing($code: String!, $retryAfter: Int) { failing(code: $code, retryAfter: $retryAfter) { id } }',
  secret: 'query Secret { secret { id } }',
  partly: 'query Partly { item(id: 1) { id stock } }',
  create: `mutation Create($input: ItemCreateInput!) {
    itemCreate(input: $input) { item { id title arguments } userErrors { code message field } }
  }`,
  remove: 'mutation Remove($id: ID!) { itemDelete(id: $id) { item { id } userErrors { code message } } }',
};

const from = (
  source: RouteParameter['source'],
  name: string | null,
  variable = name ?? '',
  value?: RouteParameter['value'],
): RouteParameter => ({ variable, source, name, value });
const route = (method: Route['method'], path: string, document: string, changes: Partial<Route> = {}) =>
  sampleRoute(method, path, document, changes);

const routes = [
  route('GET', '/items/{id}', documents.item, { parameters: [from('PATH', 'id')], resultPath: 'item' }),
  route('GET', '/items', documents.items, {
    parameters: ['first', 'ids', 'kind', 'isNew', 'filter'].map((name) => from('QUERY', name)),
    resultPath: 'items',
  }),
  route('GET', '/failing/{code}', documents.failing, {
    parameters: [from('PATH', 'code'), from('QUERY', 'retry', 'retryAfter')],
    resultPath: 'failing',
  }),
  route('GET', '/secret', documents.secret, { resultPath: 'secret' }),
  route('GET', '/scoped', documents.item, {
    parameters: [from('CONSTANT', null, 'id', '7')],
    requiredScopes: ['items:read', 'items:all'],
    resultPath: 'item',
  }),
  route('GET', '/partly', documents.partly, { resultPath: 'item' }),
  route('POST', '/items', documents.create, {
    parameters: [
      ...['title', 'price', 'tags', 'userError'].map((name) => from('BODY', name, `input.${name}`)),
      from('CONSTANT', null, 'input.kind', 'OTHER'),
    ],
    successStatus: 201,
    resultPath: 'itemCreate.item',
  }),
  route('PUT', '/whole', documents.create, {
    parameters: [from('BODY', null, 'input')],
    resultPath: 'itemCreate.item',
  }),
  route('PUT', '/payload', documents.create, {
    parameters: [from('BODY', null, 'input')],
    resultPath: 'itemCreate',
  }),
  route('GET', '/spelled', documents.spelled, {
    parameters: [from('QUERY', 'kind'), from('QUERY', 'filter')],
    resultPath: 'items',
    spelling: 'SNAKE_CASE',
  }),
  route('POST', '/spelled', documents.create, {
    parameters: [from('BODY', null, 'input')],
    resultPath: 'itemCreate',
    spelling: 'SNAKE_CASE',
  }),
  route('DELETE', '/items/{id}', documents.remove, { parameters: [from('PATH', 'id')], successStatus: 204 }),
  route('GET', '/all', documents.item, { parameters: [from('CONSTANT', null, 'id', '7')] }),
  route('GET', '/disabled', documents.secret, { isEnabled: false }),
  route('GET', '/graphql', documents.secret),
  route('POST', '/health', documents.create),
  route('GET', '/{anything}', documents.secret, { resultPath: 'secret' }),
  route('GET', '/not-stored', '{ item(id: 9) { id } }'),
  route('GET', '/mutating', documents.create),
];

let graph: ShopGraph;
let issuer: TestIssuer;
let router: TestRouter;
let gateway: TestGateway;
beforeAll(async () => {
  graph = await startShopGraph();
  issuer = await startTestIssuer();
  router = await startTestRouter({
    routes,
    operations: Object.values(documents).map((document) => sampleOperation(document)),
    clients: [sampleClient('held', { allowedOperations: 'SAFELIST_ONLY' })],
    policies: [...Object.values(defaultPolicies)],
  });
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: router.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_MAX_BODY_BYTES: '2000',
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

async function call(method: string, path: string, { body, headers = {} }: CallOptions = {}) {
  const answer = await fetch(`${gateway.origin}${path}`, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}
interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

describe('what is given', () => {
  test('a value at the path, with the parameters of path and query', async () => {
    expect(await call('GET', '/items/a%2Fb')).toMatchObject({
      status: 200,
      body: { id: 'a/b', title: 'Book' },
    });
    expect((await call('GET', '/all')).body).toEqual({ item: { id: '7', title: 'Book' } });
    const { body, headers } = await call(
      'GET',
      '/items?first=3&ids=x&ids=y&kind=BOOK&isNew=true&filter=%7B%22minPrice%22%3A1.5%7D&other=1',
    );
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body.totalCount).toBe(1);
    expect(JSON.parse(body.nodes[0].arguments)).toEqual({
      first: 3,
      ids: ['x', 'y'],
      kind: 'BOOK',
      isNew: true,
      filter: { minPrice: 1.5 },
    });
    const defaults = await call('GET', '/items');
    expect(JSON.parse(defaults.body.nodes[0].arguments)).toEqual({ first: 5 });
  });

  test('fields of the body, constants, and the whole body', async () => {
    const created = await call('POST', '/items', { body: { title: 'New', tags: ['a'], kind: 'BOOK' } });
    expect(created.status).toBe(201);
    expect(JSON.parse(created.body.arguments)).toEqual({ title: 'New', tags: ['a'], kind: 'OTHER' });
    const whole = await call('PUT', '/whole', { body: { title: 'New', price: 3 } });
    expect(whole.status).toBe(200);
    expect(JSON.parse(whole.body.arguments)).toEqual({ title: 'New', price: 3, kind: 'BOOK' });
  });

  test('of a payload everything but its user errors', async () => {
    const { status, body } = await call('PUT', '/payload', { body: { title: 'New' } });
    expect([status, Object.keys(body)]).toEqual([200, ['item']]);
    const refused = await call('PUT', '/payload', { body: { title: 'New', userError: 'EMAIL_TAKEN' } });
    expect([refused.status, refused.body.error.code]).toEqual([409, 'EMAIL_TAKEN']);
  });

  test('names in snake case and values in small letters, for clients who write them so', async () => {
    const read = await call('GET', '/spelled?kind=other&filter=%7B%22min_price%22%3A2%7D');
    expect(read.body).toEqual({ nodes: [{ kind: 'book', as_given: expect.any(String) }], total_count: 1 });
    expect(JSON.parse(read.body.nodes[0].as_given)).toMatchObject({ kind: 'OTHER', filter: { minPrice: 2 } });

    const made = await call('POST', '/spelled', {
      body: { title: 'Keys as_they areWritten', kind: 'other' },
    });
    expect(made.body.item).toMatchObject({ title: 'Keys as_they areWritten' });
    expect(JSON.parse(made.body.item.arguments).kind).toBe('OTHER');
    expect(await call('POST', '/spelled', { body: { title: 'x', user_error: 'NOT_FOUND' } })).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
    expect((await call('POST', '/spelled', { body: { title: 'x', kind: 'neither' } })).status).toBe(400);
  });

  test('no body for 204, and the head alone for HEAD', async () => {
    expect(await call('DELETE', '/items/1')).toMatchObject({ status: 204, body: undefined });
    const head = await call('HEAD', '/items/1');
    expect(head).toMatchObject({ status: 200, body: undefined });
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(10);
    expect((await call('HEAD', '/items/0')).status).toBe(404);
  });

  test('parts that are null because of errors, which a header says', async () => {
    const { status, body, headers } = await call('GET', '/partly');
    expect([status, body]).toEqual([200, { id: '1', stock: null }]);
    expect(headers.get('x-kronos-incomplete')).toBe('SERVICE_UNAVAILABLE');
    expect((await call('GET', '/items/1')).headers.get('x-kronos-incomplete')).toBeNull();
  });
});

describe('what is refused', () => {
  const error = (code: string, details: unknown = expect.any(Object)) => ({
    error: {
      code,
      message: expect.any(String),
      details,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      request_id: 'my-request',
    },
  });
  const asked = { headers: { 'x-request-id': 'my-request' } };

  test.each([
    ['a number that is none', '/items?first=abc', 'first', 'query'],
    ['a number that is too large', '/items?first=99999999999', 'first', 'query'],
    ['two values for one', '/items?first=1&first=2', 'first', 'query'],
    ['no value of the enum', '/items?kind=CAR', 'kind', 'query'],
    ['no boolean', '/items?isNew=yes', 'isNew', 'query'],
    ['an object that is wrong', '/items?filter=%7B%22x%22%3A1%7D', 'filter', 'query'],
    ['an object that is none', '/items?filter=x', 'filter', 'query'],
  ])('%s', async (_, path, name, where) => {
    const { status, body } = await call('GET', path, asked);
    expect(status).toBe(400);
    const parameters = [{ name, in: where, message: expect.stringContaining(name) }];
    expect(body).toEqual(error('BAD_USER_INPUT', { parameters }));
    expect(body.error.message).toContain(`“${name}”`);
  });

  test.each<[string, unknown, (string | null)[]]>([
    ['a field that is missing', {}, ['title']],
    ['a field of the wrong type', { title: 1, price: 'x' }, ['title', 'price']],
    ['an element of the wrong type', { title: 'x', tags: ['a', 1] }, ['tags']],
    ['null for what must be there', { title: null }, ['title']],
    ['a body that is no object', '[]', ['title']],
  ])('%s', async (_, sent, names) => {
    const { status, body } = await call('POST', '/items', { body: sent, ...asked });
    expect(status).toBe(400);
    const parameters = names.map((name) => ({ name, in: 'body', message: expect.any(String) }));
    expect(body).toEqual(error('BAD_USER_INPUT', { parameters: expect.arrayContaining(parameters) }));
    expect(body.error.details.parameters).toHaveLength(names.length);
  });

  test.each<[string, unknown, string]>([
    ['a whole body with a field that is unknown', { title: 'x', colour: 1 }, 'colour'],
    ['a whole body without a field', {}, 'title'],
    ['no body', undefined, 'body'],
  ])('%s', async (_, sent, word) => {
    const { status, body } = await call('PUT', '/whole', { body: sent, ...asked });
    expect(status).toBe(400);
    expect(body).toEqual(error('BAD_USER_INPUT'));
    expect(body.error.message).toContain(word);
  });

  test('a body that cannot be read', async () => {
    expect(await call('POST', '/items', { body: '{"title"', ...asked })).toMatchObject({
      status: 400,
      body: error('BAD_REQUEST'),
    });
    expect(await call('POST', '/items', { body: { title: 'x'.repeat(3_000) }, ...asked })).toMatchObject({
      status: 413,
      body: error('PAYLOAD_TOO_LARGE'),
    });
  });

  test.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])(
    'what changes something, with the content type %s, as pages of other sites can send it',
    async (contentType) => {
      const answer = await fetch(`${gateway.origin}/items`, {
        method: 'POST',
        headers: { ...asked.headers, ...(contentType && { 'content-type': contentType }) },
        ...(contentType && { body: '{"title":"x"}' }),
      });
      expect(answer.status).toBe(415);
      expect(await answer.json()).toEqual(error('UNSUPPORTED_MEDIA_TYPE'));
    },
  );

  test('what is not there, and what may not be done', async () => {
    expect(await call('GET', '/items/0', asked)).toMatchObject({ status: 404, body: error('NOT_FOUND') });
    const secret = await call('GET', '/secret', asked);
    expect(secret).toMatchObject({ status: 401, body: error('UNAUTHENTICATED') });
    expect(secret.headers.get('www-authenticate')).toBe('Bearer');
    expect(secret.headers.get('cache-control')).toBe('no-store');
    const token = async (scope = '') => ({
      headers: { ...asked.headers, authorization: `Bearer ${await issuer.sign({ scope })}` },
    });
    expect(await call('GET', '/secret', await token())).toMatchObject({ status: 200, body: { id: '1' } });
    expect(await call('GET', '/secret', { headers: { authorization: 'Bearer x.y.z' } })).toMatchObject({
      status: 401,
    });
    const required = { required_scopes: ['items:read', 'items:all'] };
    expect(await call('GET', '/scoped', asked)).toMatchObject({
      status: 401,
      body: error('UNAUTHENTICATED', required),
    });
    expect(await call('GET', '/scoped', await token('items:read'))).toMatchObject({
      status: 403,
      body: error('FORBIDDEN', required),
    });
    expect(await call('GET', '/scoped', await token('items:read items:all'))).toMatchObject({ status: 200 });
  });

  test.each([
    ['UNAUTHENTICATED', 401],
    ['FORBIDDEN', 403],
    ['NOT_FOUND', 404],
    ['RATE_LIMITED', 429],
    ['SERVICE_UNAVAILABLE', 503],
    ['GATEWAY_TIMEOUT', 504],
    ['BAD_USER_INPUT', 400],
    ['SOMETHING_ELSE', 500],
  ])('an error %s of the graph is %i', async (code, status) => {
    const answer = await call('GET', `/failing/${code}?retry=7`, asked);
    expect(answer).toMatchObject({ status, body: error(code, { retry_after: 7 }) });
    expect(answer.headers.get('retry-after')).toBe('7');
  });

  test('an error without a code is masked', async () => {
    const { status, body } = await call('GET', '/failing/INTERNAL_SERVER_ERROR', asked);
    expect(status).toBe(500);
    expect(body).toEqual(error('INTERNAL_SERVER_ERROR', {}));
    expect(body.error.message).not.toContain('failed with');
  });

  test.each([
    ['EMAIL_TAKEN', 409],
    ['CONFLICT', 409],
    ['EVENT_FULL', 409],
    ['ALREADY_REGISTERED', 409],
    ['LAST_ADMIN', 409],
    ['QUOTA_POLICY_IN_USE', 409],
    ['NOT_FOUND', 404],
    ['INVALID', 400],
    ['REQUIRED', 400],
    ['WEAK_PASSWORD', 400],
    ['FORBIDDEN', 403],
    ['INVALID_CREDENTIALS', 401],
    ['TOKEN_EXPIRED', 401],
  ])('a user error %s is %i', async (code, status) => {
    const { status: got, body } = await call('POST', '/items', {
      body: { title: 'x', userError: code },
      ...asked,
    });
    expect(got).toBe(status);
    expect(body).toEqual(
      error(code, { field: ['input', 'title'], errors: [expect.anything(), expect.anything()] }),
    );
  });

  test('other methods, with those that there are', async () => {
    const answer = await call('PATCH', '/items/1', asked);
    expect(answer).toMatchObject({ status: 405, body: error('METHOD_NOT_ALLOWED') });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, DELETE');
    expect((await call('PUT', '/items')).headers.get('allow')).toBe('GET, HEAD, POST');
  });
});

test('the gateway’s own paths are never a route’s', async () => {
  expect((await call('GET', '/health')).body).toEqual({ status: 'ok' });
  expect((await call('POST', '/health', { body: {} })).status).toBe(404);
  expect((await call('POST', '/metrics', { body: {} })).status).toBe(404);
  expect((await call('GET', '/openapi.json')).body.openapi).toBe('3.1.0');
  expect((await call('GET', '/anything')).status).toBe(401);
  const graphql = await fetch(`${gateway.origin}/graphql?query=%7B__typename%7D`, {
    headers: { 'apollo-require-preflight': '1' },
  });
  expect(await graphql.json()).toMatchObject({ data: { __typename: 'Query' } });
});

test('what leads nowhere is answered as before there were routes', async () => {
  for (const path of ['/disabled/x', '/items/1/2', '/x/y']) {
    const { status, body } = await call('POST', path, { body: {} });
    expect(status).toBe(404);
    expect(body.errors[0].extensions.code).toBe('NOT_FOUND');
  }
});

test('pages of allowed origins may call routes', async () => {
  const origin = 'http://localhost:3000';
  const preflight = await fetch(`${gateway.origin}/items/1`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'PATCH' },
  });
  expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  const answer = await call('GET', '/items/1', { headers: { origin } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
});

test('clients that are held to their list may call routes, whose operations an administrator has chosen', async () => {
  const headers = { 'x-kronos-client-key': 'held' };
  expect((await call('GET', '/items/1', { headers })).status).toBe(200);
  expect((await call('GET', '/items/1', { headers: { 'x-kronos-client-key': 'unknown' } })).status).toBe(401);
});

test('routes that cannot be served are told, and those that are called are counted', async () => {
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  expect(metrics).toContain('kronos_gateway_routes{state="broken"} 4');
  expect(metrics).toMatch(
    /^kronos_gateway_route_requests_total\{method="GET",path="\/items\/\{id\}",status="404"\} \d+$/m,
  );
});

test('routes follow the rules while the gateway runs', async () => {
  await using own = await startTestRouter({ operations: [sampleOperation(documents.item)] });
  await using other = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: own.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
  });
  const status = async () => (await fetch(`${other.origin}/things/1`)).status;
  expect(await status()).toBe(404);
  const rules = { operations: [sampleOperation(documents.item)] };
  own.set({
    ...rules,
    routes: [route('GET', '/things/{id}', documents.item, { parameters: [from('PATH', 'id')] })],
  });
  await soon(async () => expect(await status()).toBe(200));
  own.set(rules);
  await soon(async () => expect(await status()).toBe(404));
});

test('a route may have a quota of its own', async () => {
  const tiny = { ...defaultPolicies.user, id: randomUUID(), name: 'tiny', pointsPerMinute: 1, burst: 20 };
  await using own = await startTestRouter({
    operations: [sampleOperation(documents.item)],
    policies: [...Object.values(defaultPolicies), tiny],
    routes: ['/rare', '/often'].map((path) =>
      route('GET', path, documents.item, {
        parameters: [from('CONSTANT', null, 'id', '7')],
        policyId: path === '/rare' ? tiny.id : null,
      }),
    ),
  });
  await using other = await startTestGateway(graph.supergraphSdl, {
    KRONOS_EDGE_RULES_URL: own.url,
    KRONOS_QUOTAS: 'true',
  });
  const ask = (path: string) => fetch(`${other.origin}${path}`);
  let refused = await ask('/rare');
  expect(refused.status).toBe(200);
  for (let spent = 1; spent <= 20; spent++) refused = await ask('/rare');
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('ratelimit-limit')).toBe('20');
  expect(await refused.json()).toMatchObject({ error: { code: 'RATE_LIMITED' } });
  expect((await ask('/often')).status).toBe(200);
});

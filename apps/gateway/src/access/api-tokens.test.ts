import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { newOpaqueToken } from '@kronos/service';
import type { JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const apiToken = 'api_token_01jd3m5yq0e8ktp0a3y7w9gq3h';
const newToken = () => newOpaqueToken('01jd3m5yq0e8ktp0a3y7w9gq3h');

let graph: ForeignGraph;
let issuer: TestIssuer;
let exchange: Exchange;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startForeignGraph();
  issuer = await startTestIssuer();
});
afterAll(async () => {
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});
beforeEach(async () => {
  exchange = await startExchange();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_API_TOKENS_URL: exchange.url,
    KRONOS_TRUST_PROXY: 'true',
  });
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  await exchange[Symbol.asyncDispose]();
});

/** Another issuer's exchange: what it knows of tokens, by their hash. */
interface Exchange extends AsyncDisposable {
  url: string;
  claims: Map<string, JWTPayload>;
  asked: string[];
  status: number | undefined;
}

async function startExchange(): Promise<Exchange> {
  const claims = new Map<string, JWTPayload>();
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    asked.push(body);
    const found = claims.get((JSON.parse(body) as { hash: string }).hash);
    response.statusCode = started.status ?? (found ? 200 : 404);
    response.setHeader('content-type', 'application/json');
    const accessToken = found && (await issuer.sign({ sid: undefined, roles: [], ...found }));
    response.end(JSON.stringify({ accessToken, expiresAt: new Date(Date.now() + 900_000) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: Exchange = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/exchange`,
    claims,
    asked,
    status: undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}

const as = (token: string, address = '203.0.113.1') => ({
  authorization: `Bearer ${token}`,
  'x-forwarded-for': address,
});
const email = '{ person(id: 1) { email } }';

function give(claims: JWTPayload = {}): string {
  const token = newToken();
  exchange.claims.set(sha256(token), { api_token: apiToken, scope: 'users:read', ...claims });
  return token;
}

test('a token is exchanged once, by its hash, however many come with it at the same time', async () => {
  const token = give();
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_none, index) =>
      gateway.post(`query Q${index} ${email}`, { headers: as(token) }),
    ),
  );
  for (const { body } of answers) expect(body).toEqual({ data: { person: { email: '1@example.com' } } });
  await gateway.post(email, { headers: as(token) });
  expect(exchange.asked).toEqual([JSON.stringify({ hash: sha256(token) })]);
});

test('what cannot be a token is refused without asking', async () => {
  const token = newToken();
  const typo = `${token.slice(0, 40)}${token[40] === 'x' ? 'y' : 'x'}${token.slice(41)}`;
  for (const wrong of [typo, 'kronos_', 'kronos_x_y_z', token.toUpperCase()]) {
    expect((await gateway.post('{ count }', { headers: as(wrong) })).status).toBe(401);
  }
  expect(exchange.asked).toEqual([]);
});

test('a token that is worth nothing is asked for once in a while, and whoever guesses has to wait', async () => {
  const token = newToken();
  for (let index = 0; index < 3; index++) {
    const { status, body } = await gateway.post('{ count }', { headers: as(token) });
    expect(status).toBe(401);
    expect(body.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }
  expect(exchange.asked).toHaveLength(1);
  for (let index = 0; index < 40; index++) await gateway.post('{ count }', { headers: as(newToken()) });
  expect(exchange.asked).toHaveLength(30);
  const late = await gateway.post('{ count }', { headers: as(newToken()) });
  expect(late.status).toBe(429);
  expect(late.body.errors?.[0]?.extensions).toMatchObject({
    code: 'RATE_LIMITED',
    retryAfter: expect.any(Number),
  });
  // Others, and those who have no API token, are not held up by that.
  expect((await gateway.post('{ count }', { headers: as(give(), '203.0.113.2') })).status).toBe(200);
  expect((await gateway.post('{ count }', { headers: as(await issuer.sign()) })).status).toBe(200);
});

test('while nobody can say what a token is worth, nobody is accused', async () => {
  const token = give();
  exchange.status = 503;
  const { status, body } = await gateway.post('{ count }', { headers: as(token) });
  expect(status).toBe(503);
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 2 });
  exchange.status = undefined;
  expect((await gateway.post('{ count }', { headers: as(token) })).status).toBe(200);
});

test('a gateway without an exchange knows no API tokens', async () => {
  await using without = await startTestGateway(graph.supergraphSdl, { KRONOS_JWKS_URL: issuer.jwksUrl });
  expect((await without.post('{ count }', { headers: as(give()) })).status).toBe(401);
});

test('a token for certain documents sends these alone, by text as by hash, by whichever way', async () => {
  const token = give({ operations: [sha256(email)] });
  const headers = as(token);
  const allowed = { data: { person: { email: '1@example.com' } } };
  // Twice: the second time it is known.
  for (let index = 0; index < 2; index++) {
    expect((await gateway.post(email, { headers })).body).toEqual(allowed);
  }
  const byHash = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      extensions: { persistedQuery: { version: 1, sha256Hash: sha256(email) } },
      query: email,
    }),
  });
  expect(await byHash.json()).toEqual(allowed);

  // Somebody else has made them known.
  const others = ['{ count }', '{ __typename }', '{ __schema { queryType { name } } }', `${email} `];
  for (const query of others) {
    await gateway.post(query, { headers: as(await issuer.sign({ scope: 'users:read' })) });
    const accept = 'application/graphql-response+json';
    expect((await gateway.post(query, { headers: { ...headers, accept } })).status).toBe(403);
    const { body } = await gateway.post(query, { headers });
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }] });
    expect(body.data).toBeUndefined();
  }
  const get = await fetch(`${gateway.url}?query=${encodeURIComponent('{ count }')}`, {
    headers: { ...headers, 'apollo-require-preflight': 'true' },
  });
  expect(await get.json()).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_NOT_ALLOWED' } }] });
  const disguised = await gateway.post('{ count }', {
    headers,
    extensions: { persistedQuery: { version: 1, sha256Hash: sha256(email) } },
  });
  expect(disguised.body.data).toBeUndefined();
  const stream = await openStream(gateway.url, 'subscription { postAdded { title } }', headers);
  await expect.poll(() => stream.isEnded).toBe(true);
  expect(stream.events[0]?.result.errors?.[0]?.extensions.code).toBe('OPERATION_NOT_ALLOWED');
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { createLogger } from '@kronos/service';
import { exportJWK, generateKeyPair, type importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

interface Seen {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

let graph: ForeignGraph;
let gateway: TestGateway;
let provider: Server;
let publicKey: Awaited<ReturnType<typeof importJWK>>;
let folder: string;
const seen: Seen[] = [];
const logged: string[] = [];

beforeAll(async () => {
  graph = await startForeignGraph();
  folder = mkdtempSync(join(tmpdir(), 'kronos-keys-'));
  const keys = await generateKeyPair('EdDSA', { extractable: true });
  publicKey = keys.publicKey;
  const keyFile = join(folder, 'internal.jwk');
  writeFileSync(keyFile, JSON.stringify({ ...(await exportJWK(keys.privateKey)), kid: 'test' }));
  provider = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { method, url, headers } = request;
    seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
    if (url?.startsWith('/oauth/cut') || url?.startsWith('/account/cut')) return response.destroy();
    response.setHeader('access-control-allow-origin', '*').setHeader('set-cookie', ['a=1', 'b=2']);
    response.setHeader('location', '/oauth/next').writeHead(303).end();
  });
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
  const environment = {
    KRONOS_INTERNAL_KEY_FILE: keyFile,
    KRONOS_OAUTH_URL: `http://127.0.0.1:${(provider.address() as { port: number }).port}`,
  };
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ name: 'gateway', level: 'trace', destination });
  gateway = await startTestGateway(graph.supergraphSdl, environment, [], logger);
});
beforeEach(() => seen.splice(0));
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  provider.close();
  await graph[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const send = (path: string, options: RequestInit = {}) =>
  fetch(`${gateway.origin}${path}`, { redirect: 'manual', ...options });

test('a request goes on as it came, in the name of the gateway and with the address of its client', async () => {
  const answer = await send('/oauth/token?a=%2F&a=2', {
    method: 'POST',
    headers: { authorization: 'Basic Y2xpZW50OnNlY3JldA==', cookie: '_session=1', 'user-agent': 'app/1' },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(answer.status).toBe(303);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(answer.headers.get('location')).toBe('/oauth/next');
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  expect(answer.headers.get('x-request-id')).toBe(seen[0]!.headers['x-request-id']);
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/oauth/token?a=%2F&a=2',
    body: 'grant_type=client_credentials',
    headers: {
      authorization: 'Basic Y2xpZW50OnNlY3JldA==',
      cookie: '_session=1',
      'content-type': expect.stringContaining('application/x-www-form-urlencoded'),
      'x-kronos-client-address': '127.0.0.1',
      'x-kronos-client-agent': 'app/1',
    },
  });
  const token = String(seen[0]!.headers['x-kronos-gateway-token']).replace('Bearer ', '');
  const { payload } = await jwtVerify(token, publicKey, {
    issuer: 'kronos-gateway',
    audience: 'kronos-subgraph',
  });
  expect(payload).not.toHaveProperty('sub');
});

test('what only the gateway may say is not taken from outside', async () => {
  await send('/oauth/authorize', {
    headers: {
      'x-kronos-client-address': '203.0.113.9',
      'x-kronos-gateway-token': 'Bearer mine',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      forwarded: 'for=203.0.113.9',
      'x-anything': 'else',
    },
  });
  const { headers } = seen[0]!;
  expect(headers['x-kronos-client-address']).toBe('127.0.0.1');
  expect(headers['x-kronos-gateway-token']).not.toBe('Bearer mine');
  for (const name of ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'x-anything']) {
    expect(headers).not.toHaveProperty(name);
  }
});

test.each([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/.well-known/jwks.json',
])('%s is the provider’s', async (path) => {
  expect((await send(path)).status).toBe(303);
  expect(seen[0]?.url).toBe(path);
});

test('links of letters lead to its pages, and leave no trace of their tokens in the log', async () => {
  const path = '/account/verify-email?token=a-secret-of-a-letter';
  expect((await send(path)).status).toBe(303);
  const form = new URLSearchParams({ token: 'a-secret-of-a-letter' });
  const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
  expect((await send('/account/verify-email', { method: 'POST', body: form, headers })).status).toBe(303);
  expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['GET', path, ''],
    ['POST', '/account/verify-email', form.toString()],
  ]);
  expect(seen[1]!.headers).toMatchObject(headers);
  expect((await send('/account/verify-email', { method: 'PUT' })).status).toBe(404);
  expect((await send('/account/cut?token=a-secret-of-a-letter')).status).toBe(503);
  expect(logged.join('')).toContain('does not answer');
  expect(logged.join('')).not.toContain('a-secret-of-a-letter');
});

test('nothing else is passed on, however it is written', async () => {
  const paths = [
    '/oauth/../metrics',
    '/oauth/%2e%2e/metrics',
    '/oauthx',
    '/accounts',
    '/account/../metrics',
    '/.well-known/other',
    '/OAUTH/token',
  ];
  for (const path of paths) await raw(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  expect(seen.filter(({ url }) => !url?.startsWith('/oauth/') && !url?.startsWith('/account/'))).toEqual([]);
  expect(seen.filter(({ url }) => url?.includes('metrics'))).toEqual([]);
  expect((await send('/oauth/token', { method: 'DELETE' })).status).toBe(404);
});

test('bodies are small, and say how long they are', async () => {
  const large = await send('/oauth/token', { method: 'POST', body: 'a'.repeat(65 * 1024) });
  expect(large.status).toBe(413);
  const chunked = await raw(
    'POST /oauth/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
  );
  expect(chunked).toMatch(/^HTTP\/1\.1 411 /);
  expect(seen).toEqual([]);
});

test('a provider that is away is said to be, once for a form', async () => {
  const answer = await send('/oauth/cut', { method: 'POST', body: 'a=1' });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('2');
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  expect(seen).toHaveLength(1);
});

test('a gateway without a provider has none of it', async () => {
  await using plain = await startTestGateway(graph.supergraphSdl);
  expect((await fetch(`${plain.origin}/oauth/authorize`)).status).toBe(404);
});

/** Sends bytes as they are, and gives the whole answer. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
  socket.end(text);
  return Buffer.concat(await socket.toArray()).toString();
}

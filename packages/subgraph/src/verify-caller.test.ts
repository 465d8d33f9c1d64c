import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { encodeId, newId } from './ids.ts';
import { createTestGateway, type TestGateway } from './testing/index.ts';
import { createVerifyCaller, type RequestHeaders } from './verify-caller.ts';

const logger = pino({ level: 'silent' });
const [userId, sessionId] = [newId(), newId()];
const known = { sub: encodeId('user', userId), sid: encodeId('session', sessionId) };

let gateway: TestGateway;
let folder: string;
beforeAll(async () => {
  gateway = await createTestGateway();
  folder = await mkdtemp(join(tmpdir(), 'kronos-keys-'));
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const verifier = (jwksFile = gateway.jwksFile) => createVerifyCaller({ jwksFile, logger });
const bearer = (token: string): RequestHeaders => ({ authorization: `Bearer ${token}` });

test('a caller that the gateway knows', async () => {
  const token = await gateway.sign({
    ...known,
    scope: 'users:read roles:assign',
    roles: ['admin'],
    tokenExp: 1893456000,
    auth_time: 1893455000,
    amr: ['pwd', 'otp', 'mfa'],
    mfa_enrolled: true,
  });
  const headers = {
    ...bearer(token),
    'x-kronos-client-address': '192.0.2.1',
    'x-kronos-client-agent': 'curl/8',
    'x-kronos-client-application': '0193c8a5-0000-7000-8000-000000000001',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  expect(await verifier()(headers, 'request-1')).toEqual({
    viewer: {
      userId,
      sessionId,
      scopes: new Set(['users:read', 'roles:assign']),
      roles: ['admin'],
      authenticatedAt: new Date('2029-12-31T23:43:20Z'),
      amr: ['pwd', 'otp', 'mfa'],
      hasSecondFactor: true,
    },
    tokenExpiresAt: new Date('2030-01-01T00:00:00Z'),
    requestId: 'request-1',
    clientAddress: '192.0.2.1',
    userAgent: 'curl/8',
    clientApplicationId: '0193c8a5-0000-7000-8000-000000000001',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
});

test('a person who acts by an OAuth client, and a client that calls in its own name', async () => {
  const clientId = newId();
  const client = encodeId('oauth_client', clientId);
  const byClient = bearer(await gateway.sign({ ...known, client_id: client }));
  expect((await verifier()(byClient, 'r')).viewer).toMatchObject({ userId, clientId });

  const claims = { sub: client, client_id: client, scope: 'users:read', tokenExp: 1893456000 };
  expect(await verifier()(bearer(await gateway.sign(claims)), 'r')).toMatchObject({
    viewer: null,
    service: { clientId, scopes: new Set(['users:read']) },
    tokenExpiresAt: new Date('2030-01-01T00:00:00Z'),
  });
  // A client is nobody's name.
  await expect(verifier()(bearer(await gateway.sign({ sub: client })), 'r')).rejects.toThrow();
});

test('an anonymous caller, of whom the gateway has said nothing else', async () => {
  expect(await verifier()(bearer(await gateway.sign({})), 'r')).toEqual({
    viewer: null,
    requestId: 'r',
    clientAddress: 'unknown',
    userAgent: null,
    clientApplicationId: null,
    traceparent: null,
  });
});

async function foreignToken(): Promise<string> {
  const { privateKey } = await generateKeyPair('EdDSA');
  const token = new SignJWT(known).setProtectedHeader({ alg: 'EdDSA', kid: 'test' });
  return token
    .setIssuer('kronos-gateway')
    .setAudience('kronos-subgraph')
    .setExpirationTime('60s')
    .sign(privateKey);
}

async function symmetricToken(): Promise<string> {
  // The classic confusion: the public key taken for a shared secret.
  const secret = await readFile(gateway.jwksFile);
  const token = new SignJWT(known).setProtectedHeader({ alg: 'HS256', kid: 'test' });
  return token
    .setIssuer('kronos-gateway')
    .setAudience('kronos-subgraph')
    .setExpirationTime('60s')
    .sign(secret);
}

const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`;

test.each([
  ['no token', async () => ({})],
  ['another scheme', async () => ({ authorization: 'Basic dTpw' })],
  ['nonsense', async () => bearer('nonsense')],
  ['no signature', async () => bearer(unsigned)],
  ['another key', async () => bearer(await foreignToken())],
  ['a symmetric signature', async () => bearer(await symmetricToken())],
  ['another issuer', async () => bearer(await gateway.sign(known, { issuer: 'kronos' }))],
  ['another audience', async () => bearer(await gateway.sign(known, { audience: 'kronos' }))],
  ['a token of the past', async () => bearer(await gateway.sign(known, { expiresAt: Date.now() - 6000 }))],
  ['a subject that is no user', async () => bearer(await gateway.sign({ sub: 'root' }))],
])('%s is refused', async (_what, headers) => {
  const refusal = expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } });
  await expect(verifier()(await headers(), 'r')).rejects.toEqual(refusal);
});

test('a token that was verified before is refused once it has expired', async () => {
  const verify = verifier();
  const token = await gateway.sign(known, { expiresAt: Date.now() + 60_000 });
  expect((await verify(bearer(token), 'r')).viewer?.userId).toBe(userId);
  vi.useFakeTimers({ now: Date.now() + 70_000, toFake: ['Date'] });
  try {
    await expect(verify(bearer(token), 'r')).rejects.toThrow('answers to its gateway only');
  } finally {
    vi.useRealTimers();
  }
});

test('the key file may come later, and be replaced by another', async () => {
  const jwksFile = join(folder, 'later.json');
  const verify = verifier(jwksFile);
  const token = await gateway.sign(known);
  await expect(verify(bearer(token), 'r')).rejects.toThrow('answers to its gateway only');

  await writeFile(jwksFile, await readFile(gateway.jwksFile));
  expect((await verify(bearer(token), 'r')).viewer?.userId).toBe(userId);

  await using next = await createTestGateway();
  const nextToken = await next.sign({});
  await expect(verify(bearer(nextToken), 'r')).rejects.toThrow('answers to its gateway only');
  await writeFile(jwksFile, await readFile(next.jwksFile));
  expect((await verify(bearer(nextToken), 'r')).viewer).toBeNull();
});

test('a caller who comes with an API token, and one under whose name somebody else acts', async () => {
  const [tokenId, actorId, impersonationId] = [newId(), newId(), newId()];
  const byProgram = await gateway.sign({ sub: known.sub, api_token: encodeId('api_token', tokenId) });
  expect((await verifier()(bearer(byProgram), 'request-1')).viewer).toMatchObject({
    userId,
    sessionId: null,
    authenticatedAt: null,
    apiTokenId: tokenId,
  });
  const acting = await gateway.sign({
    sub: known.sub,
    act: { sub: encodeId('user', actorId) },
    impersonation: encodeId('impersonation', impersonationId),
  });
  expect((await verifier()(bearer(acting), 'request-1')).viewer).toMatchObject({
    userId,
    authenticatedAt: null,
    impersonation: { id: impersonationId, actorId },
  });
});

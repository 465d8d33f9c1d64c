import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type ForeignGraph, startForeignGraph } from '@kronos/engine/testing';
import { exportJWK, generateKeyPair, type importJWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer, testSession, testUser } from '../testing/test-issuer.ts';

let graph: ForeignGraph;
let issuer: TestIssuer;
let gateway: TestGateway;
let folder: string;
let publicKey: Awaited<ReturnType<typeof importJWK>>;

beforeAll(async () => {
  graph = await startForeignGraph();
  issuer = await startTestIssuer();
  folder = mkdtempSync(join(tmpdir(), 'kronos-keys-'));
  const keys = await generateKeyPair('EdDSA', { extractable: true });
  publicKey = keys.publicKey;
  const keyFile = join(folder, 'internal.jwk');
  writeFileSync(keyFile, JSON.stringify({ ...(await exportJWK(keys.privateKey)), kid: 'test' }));
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_INTERNAL_KEY_FILE: keyFile,
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** The internal token that the subgraph saw last, verified. */
async function seenByPeople() {
  const token = String(graph.people.requests.at(-1)?.authorization).replace('Bearer ', '');
  const options = { issuer: 'kronos-gateway', audience: 'kronos-subgraph' };
  return (await jwtVerify(token, publicKey, options)).payload;
}

test('a known caller is told to the subgraph by a short-lived internal token, not by their own', async () => {
  const proof = { auth_time: 1_893_455_000, amr: ['pwd', 'otp', 'mfa'], mfa_enrolled: true };
  const token = await issuer.sign({ scope: 'users:read payroll:read', ...proof });
  const { body } = await gateway.post('{ person(id: 1) { email salary } }', { headers: bearer(token) });
  expect(body).toEqual({ data: { person: { email: '1@example.com', salary: 100 } } });
  const payload = await seenByPeople();
  expect(payload).toMatchObject({
    sub: testUser,
    sid: testSession,
    scope: 'users:read payroll:read',
    roles: ['user'],
    tokenExp: expect.any(Number),
    ...proof,
  });
  expect(payload.exp! - Date.now() / 1_000).toBeLessThanOrEqual(60);
});

test('by which way a caller comes, and who really acts, is told to the subgraph', async () => {
  const impersonation = 'impersonation_01jd3m5yq0e8ktp0a3y7w9gq3k';
  const act = { sub: 'user_01jd3m5yq0e8ktp0a3y7w9gq3m', sid: testSession };
  const acting = await issuer.sign({ sid: undefined, impersonation, act });
  await gateway.post('{ person(id: 1) { name } }', { headers: bearer(acting) });
  expect(await seenByPeople()).toMatchObject({ sub: testUser, impersonation, act: { sub: act.sub } });
  const byProgram = await issuer.sign({ sid: undefined, api_token: 'api_token_01jd3m5yq0e8ktp0a3y7w9gq3n' });
  await gateway.post('{ person(id: 1) { name } }', { headers: bearer(byProgram) });
  const seen = await seenByPeople();
  expect(seen).toMatchObject({ sub: testUser, api_token: 'api_token_01jd3m5yq0e8ktp0a3y7w9gq3n' });
  expect(seen).not.toHaveProperty('act');
});

test('a stranger is told as a token without a subject', async () => {
  await gateway.post('{ person(id: 1) { name } }');
  expect(await seenByPeople()).not.toHaveProperty('sub');
});

test('the JWKS is read once for many tokens', async () => {
  const before = issuer.reads;
  for (let index = 0; index < 5; index++) {
    const token = await issuer.sign({ jti: String(index) });
    expect((await gateway.post('{ count }', { headers: bearer(token) })).status).toBe(200);
  }
  expect(issuer.reads - before).toBeLessThanOrEqual(1);
});

test.each([
  ['expired', async () => issuer.sign({}, { expiresIn: -10 }), /refresh/],
  ['of another issuer', async () => issuer.sign({ iss: 'evil' }), /not valid/],
  ['for another audience', async () => issuer.sign({ aud: 'other' }), /not valid/],
  ['signed with a shared secret', async () => hs256(), /not valid/],
  [
    'unsigned',
    async () => `${encode({ alg: 'none' })}.${encode({ sub: testUser, exp: 9e9 })}.x`,
    /not valid/,
  ],
  ['tampered with', async () => tamper(await issuer.sign()), /not valid/],
  [
    'of an actor without an impersonation',
    async () => issuer.sign({ act: { sub: testUser, sid: testSession } }),
    /not valid/,
  ],
  [
    'of an impersonation without an actor’s session',
    async () => issuer.sign({ impersonation: 'impersonation_x', act: { sub: testUser } }),
    /not valid/,
  ],
  ['no token at all', async () => 'nonsense', /no Bearer token/],
])('a token that is %s refuses the whole operation with 401', async (_name, make, message) => {
  const { status, body } = await gateway.post('{ count }', { headers: bearer(await make()) });
  expect(status).toBe(401);
  expect(body.data).toBeUndefined();
  expect(body.errors?.[0]).toMatchObject({
    message: expect.stringMatching(message),
    extensions: { code: 'UNAUTHENTICATED' },
  });
});

test('ES256 is as good as EdDSA', async () => {
  const token = await issuer.sign({}, { alg: 'ES256' });
  expect((await gateway.post('{ count }', { headers: bearer(token) })).status).toBe(200);
});

test('when the JWKS is away, nobody is accused: 503', async () => {
  await using away = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: 'http://127.0.0.1:1/jwks.json',
  });
  const { status, body } = await away.post('{ count }', { headers: bearer(await issuer.sign()) });
  expect(status).toBe(503);
  expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 2 });
  expect((await away.post('{ count }')).status).toBe(200);
});

test('where callers are refused for what they may not see, nothing is executed', async () => {
  await using strict = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_UNAUTHORIZED: 'refuse',
  });
  const before = graph.people.requests.length;
  const stranger = await strict.post('{ a: person(id: 1) { ...P } } fragment P on Person { mail: email }');
  expect(stranger).toMatchObject({
    status: 401,
    body: { errors: [{ extensions: { code: 'UNAUTHENTICATED', details: { field: 'Person.email' } } }] },
  });
  const unprivileged = await strict.post('{ person(id: 1) { ... { salary } } }', {
    headers: {
      ...bearer(await issuer.sign({ scope: 'users:read' })),
      accept: 'application/graphql-response+json',
    },
  });
  expect(unprivileged).toMatchObject({
    status: 403,
    body: {
      errors: [
        {
          extensions: {
            code: 'FORBIDDEN',
            details: { field: 'Person.salary', requiredScopes: [['payroll:read']] },
          },
        },
      ],
    },
  });
  expect(graph.people.requests.length).toBe(before);
});

test('a subscription falls under the same rules', async () => {
  await using strict = await startTestGateway(graph.supergraphSdl, { KRONOS_UNAUTHORIZED: 'refuse' });
  const stream = await openStream(strict.url, 'subscription { postAdded { author { email } } }');
  await vi.waitFor(() => expect(stream.isEnded).toBe(true), { timeout: 5_000 });
  expect(stream.events[0]?.result.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect(stream.isComplete).toBe(true);
});

test('a stream ends when the token of its caller expires', async () => {
  const token = await issuer.sign({}, { expiresIn: 2 });
  const stream = await openStream(gateway.url, 'subscription { postAdded { title } }', bearer(token));
  await vi.waitFor(() => expect(stream.isEnded).toBe(true), { timeout: 5_000 });
  expect(stream.events.at(-1)?.result.errors?.[0]).toMatchObject({
    message: expect.stringMatching(/refresh/),
    extensions: { code: 'UNAUTHENTICATED' },
  });
  expect(stream.isComplete).toBe(true);
});

test('a policy that nobody has defined is met by nobody', async () => {
  const sdl = compose({
    a: {
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@policy"])
        type Query { secret: Int @policy(policies: [["owner"]]) }`,
    },
  });
  await using guarded = await startTestGateway(sdl, { KRONOS_JWKS_URL: issuer.jwksUrl });
  const { body } = await guarded.post('{ secret }', {
    headers: bearer(await issuer.sign({ roles: ['owner', 'admin'], scope: 'owner' })),
  });
  expect(body).toMatchObject({
    data: { secret: null },
    errors: [{ extensions: { code: 'FORBIDDEN', details: { requiredPolicies: [['owner']] } } }],
  });
});

test('metrics are for this machine, or for those with the scope', async () => {
  await using proxied = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_TRUST_PROXY: 'true',
  });
  const from = { 'x-forwarded-for': '203.0.113.9' };
  const read = (headers: Record<string, string>) => fetch(`${proxied.origin}/metrics`, { headers });
  expect((await read({})).status).toBe(200);
  expect((await read(from)).status).toBe(403);
  expect((await read({ ...from, ...bearer(await issuer.sign()) })).status).toBe(403);
  expect((await read({ ...from, ...bearer(await issuer.sign({ scope: 'metrics:read' })) })).status).toBe(200);
});

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function hs256(): Promise<string> {
  return new SignJWT({ sub: testUser })
    .setProtectedHeader({ alg: 'HS256', kid: 'EdDSA' })
    .setIssuer('kronos')
    .setAudience('kronos')
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode('a secret that everybody can read in the JWKS'));
}

function tamper(token: string): string {
  const [header, , signature] = token.split('.');
  return [header, encode({ sub: 'user_root', exp: 9e9, iss: 'kronos', aud: 'kronos' }), signature].join('.');
}

import type { Actor } from '@kronos/subgraph/testing';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { type Auth, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeEach(async () => {
  auth = await startAuth();
});
afterEach(async () => {
  await auth[Symbol.asyncDispose]();
});

const listKeys = '{ signingKeys { kid algorithm status createdAt } }';
const rotate = 'mutation { signingKeyRotate { signingKey { kid status } userErrors { code } } }';
const administrator: Actor = { scopes: ['auth:admin'] };

async function keySet(): Promise<{ kid: string; alg: string }[]> {
  return JSON.parse((await auth.app.inject('/.well-known/jwks.json')).body).keys;
}

test('anyone may read the public keys, and only these', async () => {
  const response = await auth.app.inject('/.well-known/jwks.json');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toContain('application/jwk-set+json');
  expect(response.headers['cache-control']).toBe('public, max-age=300');
  expect(response.json()).toEqual({
    keys: [
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: expect.any(String),
        kid: expect.any(String),
        alg: 'EdDSA',
        use: 'sig',
      },
      {
        kty: 'RSA',
        n: expect.stringMatching(/^[\w-]{342}$/),
        e: 'AQAB',
        kid: expect.any(String),
        alg: 'RS256',
        use: 'sig',
      },
    ],
  });
});

test('processes that start together make one key of each kind', async () => {
  await using second = await createTestSubgraph(createSubgraph, auth.environment);
  const read = (app: Auth['app']) => app.inject('/.well-known/jwks.json');
  const answers = await Promise.all([auth.app, second.app, auth.app, second.app].map(read));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(await auth.database.signingKey.count()).toBe(2);
});

test('a new key is announced before it signs; the old one stays until its last token expires', async () => {
  const first = decodeProtectedHeader((await signUp(auth)).accessToken).kid;
  const { data } = await auth.execute(rotate, {}, administrator);
  const { kid: second, status } = data!.signingKeyRotate.signingKey;
  expect(status).toBe('ANNOUNCED');
  const published = await keySet();
  expect(published.map(({ alg }) => alg)).toEqual(['EdDSA', 'RS256', 'EdDSA', 'RS256']);
  const [secondRsa, firstRsa] = [published[1]!.kid, published[3]!.kid];
  expect(published.map(({ kid }) => kid)).toEqual([second, secondRsa, first, firstRsa]);
  expect(decodeProtectedHeader((await signUp(auth)).accessToken).kid).toBe(first);

  const past = (minutes: number) => ({
    signsFrom: new Date(Date.now() - minutes * 60_000),
  });
  const set = (kids: (string | undefined)[], minutes: number) =>
    auth.database.signingKey.updateMany({ where: { kid: { in: kids as string[] } }, data: past(minutes) });
  await set([first, firstRsa], 60);
  await set([second, secondRsa], 1);
  await using later = await createTestSubgraph(createSubgraph, auth.environment);
  const listed = await later.execute(listKeys, {}, administrator);
  expect(listed.data!.signingKeys).toMatchObject([
    { kid: second, status: 'ACTIVE' },
    { kid: secondRsa, status: 'ACTIVE' },
    { kid: first, status: 'RETIRED' },
    { kid: firstRsa, status: 'RETIRED' },
  ]);
});

test('rotating again while a key is announced announces no further one', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => auth.execute(rotate, {}, administrator)));
  expect(new Set(answers.map(({ data }) => data!.signingKeyRotate.signingKey.kid)).size).toBe(1);
  expect(await auth.database.signingKey.count()).toBe(4);
});

test.each([
  ['a stranger', undefined, 'UNAUTHENTICATED'],
  ['someone without auth:admin', { scopes: ['users:read', 'users:write'] }, 'FORBIDDEN'],
])('%s neither lists nor rotates', async (_who, as: Actor | undefined, code) => {
  for (const document of [listKeys, rotate]) {
    expect((await auth.execute(document, {}, as)).errors).toMatchObject([{ extensions: { code } }]);
  }
  expect(await auth.database.signingKey.count()).toBe(0);
});

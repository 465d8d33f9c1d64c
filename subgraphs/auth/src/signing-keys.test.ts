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

async function keySet(): Promise<{ kid: string }[]> {
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
    ],
  });
});

test('processes that start together make one key', async () => {
  await using second = await createTestSubgraph(createSubgraph, auth.environment);
  const read = (app: Auth['app']) => app.inject('/.well-known/jwks.json');
  const answers = await Promise.all([auth.app, second.app, auth.app, second.app].map(read));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(await auth.database.signingKey.count()).toBe(1);
});

test('a new key is announced before it signs; the old one stays until its last token expires', async () => {
  const first = decodeProtectedHeader((await signUp(auth)).accessToken).kid;
  const { data } = await auth.execute(rotate, {}, administrator);
  const { kid: second, status } = data!.signingKeyRotate.signingKey;
  expect(status).toBe('ANNOUNCED');
  expect((await keySet()).map(({ kid }) => kid)).toEqual([second, first]);
  expect(decodeProtectedHeader((await signUp(auth)).accessToken).kid).toBe(first);

  const past = (minutes: number) => ({
    signsFrom: new Date(Date.now() - minutes * 60_000),
  });
  await auth.database.signingKey.update({ where: { kid: first }, data: past(60) });
  await auth.database.signingKey.update({ where: { kid: second }, data: past(1) });
  await using later = await createTestSubgraph(createSubgraph, auth.environment);
  const listed = await later.execute(listKeys, {}, administrator);
  expect(listed.data!.signingKeys).toMatchObject([
    { kid: second, status: 'ACTIVE' },
    { kid: first, status: 'RETIRED' },
  ]);
});

test('rotating again while a key is announced announces no further one', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => auth.execute(rotate, {}, administrator)));
  expect(new Set(answers.map(({ data }) => data!.signingKeyRotate.signingKey.kid)).size).toBe(1);
  expect(await auth.database.signingKey.count()).toBe(2);
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

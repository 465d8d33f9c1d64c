import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Person, signUp } from '../test-kit.ts';
import { configure, register, registerService, signIn } from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

let provider: TestProvider;
let ada: Person;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => provider[Symbol.asyncDispose]());

const keySet = async (): Promise<JSONWebKeySet> => (await provider.fetch('/.well-known/jwks.json')).json();

/** Signs ada in, and gives her tokens, first the ID token. */
async function tokensOf(input: object = {}): Promise<[string, string]> {
  const config = await configure(provider, await register(provider, input));
  const tokens = await signIn(provider, config, ada);
  return [tokens.id_token!, tokens.access_token];
}

/** By which key and which algorithm each token is signed, when it is. */
async function signersOf(tokens: string[]) {
  const keys = createLocalJWKSet(await keySet());
  const verified = await Promise.all(tokens.map((token) => jwtVerify(token, keys)));
  return verified.map(({ protectedHeader: { alg, kid } }) => ({ alg, kid }));
}

test('ID tokens are RS256 unless the client is registered for EdDSA; access tokens never are', async () => {
  const algorithms = async (input: object) => (await signersOf(await tokensOf(input))).map(({ alg }) => alg);
  expect(await algorithms({})).toEqual(['RS256', 'EdDSA']);
  expect(await algorithms({ idTokenAlgorithm: 'EDDSA' })).toEqual(['EdDSA', 'EdDSA']);
});

test('a client that is changed to EdDSA gets its next ID token by it', async () => {
  const registered = await register(provider);
  const change = `mutation($id: ID!) {
    oauthClientUpdate(id: $id, input: { idTokenAlgorithm: EDDSA }) {
      oauthClient { idTokenAlgorithm } userErrors { code }
    }
  }`;
  const { data } = await provider.execute(change, { id: registered.id }, { scopes: ['auth:admin'] });
  expect(data!.oauthClientUpdate).toEqual({ oauthClient: { idTokenAlgorithm: 'EDDSA' }, userErrors: [] });
  const tokens = await signIn(provider, await configure(provider, registered), ada);
  expect((await signersOf([tokens.id_token!])).map(({ alg }) => alg)).toEqual(['EdDSA']);
});

test('an ID token is no access token, whatever it is signed by', async () => {
  const looking = await configure(provider, await registerService(provider, ['service']));
  for (const idTokenAlgorithm of ['RS256', 'EDDSA']) {
    const [idToken, accessToken] = await tokensOf({ idTokenAlgorithm });
    expect(await oauth.tokenIntrospection(looking, accessToken)).toMatchObject({ active: true });
    expect(await oauth.tokenIntrospection(looking, idToken)).toEqual({ active: false });
  }
});

test('keys of both kinds change while it runs, and the tokens of the old ones and of the new ones verify', async () => {
  const before = await signersOf([...(await tokensOf()), ...(await tokensOf())]);
  const old = await tokensOf();
  const rotate = 'mutation { signingKeyRotate { userErrors { code } } }';
  await provider.execute(rotate, {}, { scopes: ['auth:admin'] });
  expect((await keySet()).keys.map(({ alg }) => alg)).toEqual(['EdDSA', 'RS256', 'EdDSA', 'RS256']);
  expect(await signersOf(await tokensOf())).toEqual(before.slice(0, 2));

  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(Date.now() + 11 * 60_000);
  const [idToken, accessToken] = await signersOf(await tokensOf());
  expect([idToken!.alg, accessToken!.alg]).toEqual(['RS256', 'EdDSA']);
  const kids = before.map(({ kid }) => kid);
  expect([kids.includes(idToken!.kid), kids.includes(accessToken!.kid)]).toEqual([false, false]);
  expect(await signersOf(old)).toEqual(before.slice(0, 2));
});

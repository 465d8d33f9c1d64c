import { randomBytes } from 'node:crypto';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, signUp } from '../test-kit.ts';
import { configure, redirectUri, registerService, signIn } from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

const token = randomBytes(32).toString('hex');
let provider: TestProvider;
let ada: Person;
beforeAll(async () => {
  provider = await startProvider({ KRONOS_OAUTH_REGISTRATION_TOKEN: token });
  ada = await signUp(provider);
});
afterAll(() => provider[Symbol.asyncDispose]());

async function ask(body: unknown, bearer = token, at = provider) {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${bearer}` };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await at.fetch('/oauth/clients', { method: 'POST', headers, body: text });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const photos = { client_name: 'Photos', redirect_uris: [redirectUri] };

test('discovery names the endpoint, and a client library registers by it and signs people in', async () => {
  const metadata = await (await provider.fetch('/.well-known/openid-configuration')).json();
  expect(metadata.registration_endpoint).toBe(`${provider.issuer}/oauth/clients`);
  const config = await oauth.dynamicClientRegistration(
    new URL(provider.issuer),
    { ...photos, grant_types: ['authorization_code', 'refresh_token'] },
    undefined,
    { ...provider.options, initialAccessToken: token },
  );
  const tokens = await signIn(provider, config, ada, { scope: 'openid email kronos' });
  expect(tokens.claims()).toMatchObject({ sub: ada.id, email: ada.email });
  // What the access token is good for at the graph.
  expect(tokens.scope).toBe('kronos');
});

test('the client lies in the table of all clients, its secret as a hash, and in the trail', async () => {
  const { status, headers, body } = await ask({ ...photos, software_id: 'left out' });
  expect([status, headers.get('cache-control')]).toEqual([201, 'no-store']);
  expect(body).toEqual({
    ...photos,
    post_logout_redirect_uris: [],
    client_id: expect.stringMatching(/^oauth_client_/),
    client_id_issued_at: expect.any(Number),
    client_secret: expect.stringMatching(/^kronos_secret_/),
    client_secret_expires_at: 0,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid email kronos',
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'RS256',
  });
  const { data } = await provider.execute(
    'query($id: ID!) { oauthClient(id: $id) { name scopes confidential idTokenAlgorithm } }',
    { id: body.client_id },
    { scopes: ['auth:admin'] },
  );
  expect(data!.oauthClient).toEqual({
    name: 'Photos',
    scopes: ['openid', 'email', 'kronos'],
    confidential: true,
    idTokenAlgorithm: 'RS256',
  });
  const hashes = await provider.database.oAuthClientSecret.findMany();
  expect(JSON.stringify(hashes)).not.toContain(body.client_secret);
  const details = { path: ['client'], equals: body.client_id };
  expect(await provider.database.securityEvent.count({ where: { details } })).toBe(1);
});

test('what cannot keep a secret gets none', async () => {
  const { status, body } = await ask({
    ...photos,
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'EdDSA',
  });
  expect([status, body.client_secret]).toEqual([201, undefined]);
  const config = await configure(provider, { id: body.client_id, secret: '' });
  const tokens = await signIn(provider, config, ada, { scope: 'openid' });
  expect(tokens.claims()?.sub).toBe(ada.id);
});

test.each([
  ['a right', { scope: 'openid users:read' }, 'invalid_client_metadata'],
  ['to look at tokens', { scope: 'service' }, 'invalid_client_metadata'],
  ['to go on when people have left', { scope: 'openid offline_access' }, 'invalid_client_metadata'],
  ['a name of its own to call in', { grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
  ['tokens in addresses', { response_types: ['token'] }, 'invalid_client_metadata'],
  ['no signature', { id_token_signed_response_alg: 'none' }, 'invalid_client_metadata'],
  ['no name', { client_name: ' ' }, 'invalid_client_metadata'],
  ['a name of another kind', { client_name: { a: 1 } }, 'invalid_client_metadata'],
  ['to be nowhere', { redirect_uris: [] }, 'invalid_redirect_uri'],
  ['a page without TLS', { redirect_uris: ['http://photos.example.com/'] }, 'invalid_redirect_uri'],
  ['a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
  ['what no database holds', { redirect_uris: ['https://a.example/\u0000'] }, 'invalid_redirect_uri'],
  ['everything', { redirect_uris: Array(21).fill(redirectUri).map(String) }, 'invalid_redirect_uri'],
])('who asks for %s is refused', async (_what, more, error) => {
  const { status, body } = await ask({ ...photos, ...more });
  expect([status, body.error]).toEqual([400, error]);
});

test('what is no metadata is refused', async () => {
  for (const text of ['{', '[]', 'null', '""', JSON.stringify({ a: 'a'.repeat(20_000) })]) {
    const { status, body } = await ask(text);
    expect([[400, 413].includes(status), body.error]).toEqual([true, 'invalid_client_metadata']);
  }
});

test('without the token nobody registers anything, with an access token neither', async () => {
  const before = await provider.database.oAuthClient.count();
  for (const bearer of ['', 'x', `${token}x`, ada.accessToken]) {
    const { status, headers, body } = await ask(photos, bearer);
    expect([status, body.error]).toEqual([401, 'invalid_token']);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  }
  expect(await provider.database.oAuthClient.count()).toBe(before);
});

test('by default it is off: there is no endpoint, and discovery names none', async () => {
  await using closed = await startProvider();
  const metadata = await (await closed.fetch('/.well-known/openid-configuration')).json();
  expect(metadata.registration_endpoint).toBeUndefined();
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const body = JSON.stringify(photos);
  const response = await closed.fetch('/oauth/clients', { method: 'POST', headers, body });
  expect(response.status).toBe(404);
  await registerService(closed, ['users:read']);
  expect(await closed.database.oAuthClient.count()).toBe(1);
});

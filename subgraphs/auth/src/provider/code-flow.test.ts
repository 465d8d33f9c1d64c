import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { goodPassword, type Person, revokedSessionIds, signUp } from '../test-kit.ts';
import {
  attempt,
  configure,
  errorOf,
  goThrough,
  type Registered,
  redirectUri,
  register,
  signIn,
} from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

let provider: TestProvider;
let ada: Person;
let client: Registered;
let config: oauth.Configuration;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
  client = await register(provider);
  config = await configure(provider, client);
});
afterAll(() => provider[Symbol.asyncDispose]());

/** Where an authorization request that is wrong leads, or the page that says so. */
async function refused(parameters: Record<string, string>, drop: string[] = []) {
  const { url } = await attempt(config, parameters);
  for (const name of drop) url.searchParams.delete(name);
  const browser = provider.browser();
  const back = await goThrough(browser, url, ada);
  return { back, page: browser.shown };
}

test('discovery says what there is, and no more', async () => {
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const response = await provider.fetch(path);
    expect(await response.json()).toMatchObject({
      issuer: provider.issuer,
      authorization_endpoint: `${provider.issuer}/oauth/authorize`,
      token_endpoint: `${provider.issuer}/oauth/token`,
      jwks_uri: `${provider.issuer}/.well-known/jwks.json`,
      device_authorization_endpoint: `${provider.issuer}/oauth/device-authorization`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['EdDSA', 'RS256'],
      authorization_response_iss_parameter_supported: true,
    });
  }
  const { grant_types_supported: grants } = config.serverMetadata();
  expect([...(grants ?? [])].sort()).toEqual([
    'authorization_code',
    'client_credentials',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ]);
  expect((await provider.fetch('/oauth/clients', { method: 'POST' })).status).toBe(404);
});

test('somebody logs in and allows a client, which knows them and acts for them', async () => {
  const nonce = oauth.randomNonce();
  const { url, checks } = await attempt(config, { nonce });
  const browser = provider.browser();
  expect((await browser.open(url)).text).toContain('Log in to go on to Photos');
  const consent = await browser.submit({ email: ada.email, password: goodPassword, action: 'login' });
  expect(consent.text).toMatch(/Allow Photos\?.*read your e-mail address.*photos\.example\.com/s);
  const back = new URL((await browser.submit({ action: 'allow' })).url);
  expect(back.searchParams.get('iss')).toBe(provider.issuer);

  const tokens = await oauth.authorizationCodeGrant(config, back, { ...checks, expectedNonce: nonce });
  expect(tokens.claims()).toMatchObject({ sub: ada.id, email: ada.email, aud: client.id, amr: ['pwd'] });
  expect(tokens.scope).toBe('kronos');
  expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ typ: 'at+jwt', alg: 'EdDSA' });
  const claims = decodeJwt(tokens.access_token);
  expect(claims).toMatchObject({
    iss: provider.issuer,
    aud: 'kronos',
    sub: ada.id,
    client_id: client.id,
    scope: 'kronos',
    roles: ['user'],
    sid: expect.stringMatching(/^session_/),
    amr: ['pwd'],
  });
  expect(claims.exp! - claims.iat!).toBe(900);
});

test('an application that only wants to know who somebody is gets no token for the graph', async () => {
  const tokens = await signIn(provider, config, ada, { scope: 'openid email' });
  expect(() => decodeJwt(tokens.access_token)).toThrow();
  const info = await oauth.fetchUserInfo(config, tokens.access_token, ada.id);
  expect(info).toMatchObject({ sub: ada.id, email: ada.email, email_verified: false });
});

test('who is logged in is not asked again, until the login is ended', async () => {
  const browser = provider.browser();
  await signIn(provider, config, ada, {}, browser);
  const { url } = await attempt(config, { prompt: 'none', scope: 'openid email kronos' });
  expect((await goThrough(browser, url, ada)).searchParams.get('code')).toBeTruthy();

  const revoke = 'mutation($id: ID!) { sessionsRevokeAll(userId: $id) { userErrors { code } } }';
  await provider.execute(revoke, { id: ada.id }, ada.actor);
  const again = await attempt(config, { prompt: 'none' });
  expect((await goThrough(browser, again.url, ada)).searchParams.get('error')).toBe('login_required');
});

test('PKCE is a must, by S256 alone, and the verifier must fit', async () => {
  const missing = await refused({}, ['code_challenge', 'code_challenge_method']);
  expect(missing.back.searchParams.get('error')).toBe('invalid_request');
  const plain = await refused({ code_challenge_method: 'plain' });
  expect(plain.back.searchParams.get('error')).toBe('invalid_request');
  const silent = await refused({}, ['code_challenge_method']);
  expect(silent.back.searchParams.get('error')).toBe('invalid_request');

  const { url, checks } = await attempt(config);
  const back = await goThrough(provider.browser(), url, ada);
  const wrong = { ...checks, pkceCodeVerifier: oauth.randomPKCECodeVerifier() };
  expect(await errorOf(oauth.authorizationCodeGrant(config, back, wrong))).toBe('invalid_grant');
});

test('a code is good once: who comes second ends what the first was given', async () => {
  const { url, checks } = await attempt(config);
  const back = await goThrough(provider.browser(), url, ada);
  const tokens = await oauth.authorizationCodeGrant(config, back, checks);
  expect(await errorOf(oauth.authorizationCodeGrant(config, back, checks))).toBe('invalid_grant');
  expect(await errorOf(oauth.refreshTokenGrant(config, tokens.refresh_token!))).toBe('invalid_grant');
});

test('of many at once with one code one wins, and has won nothing', async () => {
  const { url, checks } = await attempt(config);
  const back = await goThrough(provider.browser(), url, ada);
  const all = await Promise.allSettled(
    Array.from({ length: 10 }, () => oauth.authorizationCodeGrant(config, new URL(back), checks)),
  );
  const winners = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(winners.length).toBeLessThanOrEqual(1);
  for (const { refresh_token } of winners) {
    expect(await errorOf(oauth.refreshTokenGrant(config, refresh_token!))).toBe('invalid_grant');
  }
});

test('a refresh token is good once: its reuse ends the session, and the gateway hears of it', async () => {
  const tokens = await signIn(provider, config, ada);
  const { sid } = decodeJwt<{ sid: string }>(tokens.access_token);
  const next = await oauth.refreshTokenGrant(config, tokens.refresh_token!);
  expect(next.refresh_token).not.toBe(tokens.refresh_token);
  expect(decodeJwt(next.access_token)).toMatchObject({ sid, scope: 'kronos' });
  const before = await revokedSessionIds(provider);
  expect(await errorOf(oauth.refreshTokenGrant(config, tokens.refresh_token!))).toBe('invalid_grant');
  expect((await revokedSessionIds(provider)).length).toBe(before.length + 1);
  expect(await errorOf(oauth.refreshTokenGrant(config, next.refresh_token!))).toBe('invalid_grant');
  const event = await provider.database.securityEvent.findFirst({ orderBy: { occurredAt: 'desc' } });
  expect(event).toMatchObject({ kind: 'REFRESH_TOKEN_REUSED' });
});

test('of many refreshes at once one wins at most, and the family is ended', async () => {
  const tokens = await signIn(provider, config, ada);
  const all = await Promise.allSettled(
    Array.from({ length: 20 }, () => oauth.refreshTokenGrant(config, tokens.refresh_token!)),
  );
  const winners = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(winners.length).toBeLessThanOrEqual(1);
  for (const { refresh_token } of winners) {
    expect(await errorOf(oauth.refreshTokenGrant(config, refresh_token!))).toBe('invalid_grant');
  }
});

test('nobody is sent to an address that is not the client’s, not even with an error', async () => {
  for (const uri of [
    'https://evil.example/',
    `${redirectUri}/more`,
    `${redirectUri}?more=1`,
    'https://photos.example.com/CALLBACK',
    'https://photos.example.com/callback/../callback',
  ]) {
    const { page } = await refused({ redirect_uri: uri });
    expect([page.status, page.text.includes('invalid_redirect_uri')]).toEqual([400, true]);
  }
  const { page } = await refused({ client_id: 'oauth_client_00000000000000000000000000' });
  expect([page.status, page.text.includes('invalid_client')]).toEqual([400, true]);
});

test('an application on a device has any port of its loopback address, and no other path', async () => {
  const native = await register(provider, {
    confidential: false,
    redirectUris: ['http://127.0.0.1/callback'],
  });
  const own = await configure(provider, native);
  const withPort = await attempt(own, { redirect_uri: 'http://127.0.0.1:51004/callback' });
  const back = await goThrough(provider.browser(), withPort.url, ada);
  expect(back.host).toBe('127.0.0.1:51004');
  expect((await oauth.authorizationCodeGrant(own, back, withPort.checks)).claims()?.sub).toBe(ada.id);
  const elsewhere = await attempt(own, { redirect_uri: 'http://127.0.0.1:51004/other' });
  const browser = provider.browser();
  await browser.open(elsewhere.url);
  expect(browser.shown.status).toBe(400);
});

test('a client that is not who it says gets nothing', async () => {
  const { url, checks } = await attempt(config);
  const back = await goThrough(provider.browser(), url, ada);
  const impostor = await configure(provider, { id: client.id, secret: 'kronos_secret_wrong' });
  expect(await errorOf(oauth.authorizationCodeGrant(impostor, new URL(back), checks))).toBe('invalid_client');
  const silent = await configure(provider, { id: client.id, secret: '' });
  expect(await errorOf(oauth.authorizationCodeGrant(silent, new URL(back), checks))).toBe('invalid_client');
  // A code is for the client that it was made for.
  const other = await configure(provider, await register(provider));
  expect(await errorOf(oauth.authorizationCodeGrant(other, new URL(back), checks))).toBe('invalid_grant');
  const elsewhere = new URL(back.href.replace('photos.example.com', 'evil.example'));
  expect(await errorOf(oauth.authorizationCodeGrant(config, elsewhere, checks))).toBe('invalid_grant');
});

test('both secrets are good while one takes the place of the other', async () => {
  const rotating = await register(provider);
  const { data } = await provider.execute(
    'mutation($id: ID!) { oauthClientSecretRotate(id: $id) { secret } }',
    { id: rotating.id },
    { scopes: ['auth:admin', 'users:read'] },
  );
  for (const secret of [rotating.secret, data!.oauthClientSecretRotate.secret]) {
    const tokens = await signIn(provider, await configure(provider, { id: rotating.id, secret }), ada);
    expect(tokens.claims()?.sub).toBe(ada.id);
  }
});

test('an answer of another provider is not taken for ours (RFC 9207)', async () => {
  const { url, checks } = await attempt(config);
  const back = await goThrough(provider.browser(), url, ada);
  back.searchParams.set('iss', 'https://evil.example');
  expect(await errorOf(oauth.authorizationCodeGrant(config, back, checks))).toBe('OAUTH_INVALID_RESPONSE');
});

test('nobody gets a right by a client that they have not, nor by one that was not given it', async () => {
  const tokens = await signIn(provider, config, ada, { scope: 'openid kronos users:read router:read' });
  expect(decodeJwt(tokens.access_token).scope).toBe('kronos');

  await provider.database.account.updateMany({
    where: { email: ada.email },
    data: { scopes: ['users:read', 'router:read'] },
  });
  const more = await signIn(provider, config, ada, {
    scope: 'openid kronos users:read router:read offline_access',
  });
  expect(decodeJwt(more.access_token).scope).toBe('kronos users:read');
  // A right that is taken away is gone from the next token.
  await provider.database.account.updateMany({ where: { email: ada.email }, data: { scopes: [] } });
  const next = await oauth.refreshTokenGrant(config, more.refresh_token!);
  expect(decodeJwt(next.access_token).scope).toBe('kronos');
  expect(await errorOf(oauth.refreshTokenGrant(config, next.refresh_token!, { scope: 'router:read' }))).toBe(
    'invalid_scope',
  );
});

test('a client that was given nothing of people cannot ask them who they are', async () => {
  const plain = await configure(provider, await register(provider, { scopes: ['kronos'] }));
  const { url } = await attempt(plain, { scope: 'openid kronos' });
  const back = await goThrough(provider.browser(), url, ada);
  expect(back.searchParams.get('error')).toBe('invalid_scope');
  const tokens = await signIn(provider, plain, ada, { scope: 'kronos', prompt: 'login' });
  expect(tokens.id_token).toBeUndefined();
});

test.each([
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ response_type: 'code id_token' }, 'unsupported_response_type'],
  [{ resource: 'https://other.example/' }, 'invalid_target'],
  [{ prompt: 'none' }, 'login_required'],
  [{ request: 'e30.e30.' }, 'request_not_supported'],
])('what cannot be asked for: %j', async (parameters, error) => {
  const { back } = await refused(parameters as Record<string, string>);
  const answer = new URLSearchParams(back.hash.slice(1) || back.search);
  expect(answer.get('error')).toBe(error);
});

test('grants that OAuth 2.1 has done away with, or nobody knows', async () => {
  for (const grantType of [
    'password',
    'implicit',
    'nonsense',
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ]) {
    const request = oauth.genericGrantRequest(config, grantType, {
      username: ada.email,
      password: goodPassword,
    });
    expect(await errorOf(request)).toBe('unsupported_grant_type');
  }
});

test('what is kept tells nobody a token, a code, or who is logged in', async () => {
  const tokens = await signIn(provider, config, ada);
  const records = JSON.stringify(await provider.database.oidcRecord.findMany());
  for (const secret of [tokens.refresh_token!, ada.id, ada.email, client.secret]) {
    expect(records).not.toContain(secret);
  }
  expect(records).toContain('sealed:v1:');
});

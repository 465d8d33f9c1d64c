import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, revokedSessionIds, signUp } from '../test-kit.ts';
import { configure, errorOf, redirectUri, register, registerService, signIn } from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

let provider: TestProvider;
let ada: Person;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
});
afterAll(() => provider[Symbol.asyncDispose]());

test('a service has a token of its own, with what it was given and no more', async () => {
  const service = await registerService(provider, ['users:read', 'service']);
  const config = await configure(provider, service);
  const tokens = await oauth.clientCredentialsGrant(config);
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    iss: provider.issuer,
    aud: 'kronos',
    sub: service.id,
    client_id: service.id,
    scope: 'users:read service',
    roles: ['service'],
  });
  expect(tokens.refresh_token).toBeUndefined();
  const less = await oauth.clientCredentialsGrant(config, { scope: 'users:read' });
  expect(decodeJwt(less.access_token).scope).toBe('users:read');
  const more = await oauth.clientCredentialsGrant(config, {
    scope: 'users:read router:read auth:admin kronos',
  });
  expect(decodeJwt(more.access_token).scope).toBe('users:read');
  expect(await errorOf(oauth.clientCredentialsGrant(config, { resource: 'https://other.example' }))).toBe(
    'invalid_target',
  );
});

test('the secret may come in the body, must be right, and is not for others', async () => {
  const { id, secret } = await registerService(provider, ['users:read']);
  const post = await oauth.discovery(
    new URL(provider.issuer),
    id,
    undefined,
    oauth.ClientSecretPost(secret),
    provider.options,
  );
  expect(await errorOf(oauth.clientCredentialsGrant(post))).toBe('none');
  const wrong = await configure(provider, { id, secret: 'wrong' });
  expect(await errorOf(oauth.clientCredentialsGrant(wrong))).toBe('invalid_client');
  const application = await configure(provider, await register(provider));
  expect(await errorOf(oauth.clientCredentialsGrant(application))).toBe('invalid_request');
  const service = await configure(provider, { id, secret });
  const url = oauth.buildAuthorizationUrl(service, { redirect_uri: 'https://evil.example/' });
  expect((await provider.browser().open(url)).status).toBe(400);
});

test('who was given the scope may look at the tokens of others, and all at their own', async () => {
  const looking = await configure(provider, await registerService(provider, ['service']));
  const plain = await configure(provider, await registerService(provider, ['users:read']));
  const application = await configure(provider, await register(provider));
  const tokens = await signIn(provider, application, ada);

  const seen = await oauth.tokenIntrospection(looking, tokens.access_token);
  expect(seen).toMatchObject({ active: true, sub: ada.id, scope: 'kronos', token_type: 'Bearer' });
  expect(await oauth.tokenIntrospection(looking, tokens.refresh_token!)).toMatchObject({ active: true });
  expect(await oauth.tokenIntrospection(application, tokens.access_token)).toMatchObject({ active: true });
  expect(await oauth.tokenIntrospection(plain, tokens.access_token)).toEqual({ active: false });
  expect(await oauth.tokenIntrospection(plain, tokens.refresh_token!)).toEqual({ active: false });
  expect(await oauth.tokenIntrospection(looking, ada.accessToken)).toMatchObject({
    active: true,
    sub: ada.id,
  });
  expect(await oauth.tokenIntrospection(looking, 'e30.e30.e30')).toEqual({ active: false });
  expect(await oauth.tokenIntrospection(looking, 'nonsense')).toEqual({ active: false });
  expect(await oauth.tokenIntrospection(looking, tokens.id_token!)).toEqual({ active: false });
  const stranger = await configure(provider, { id: looking.clientMetadata().client_id, secret: 'wrong' });
  expect(await errorOf(oauth.tokenIntrospection(stranger, tokens.access_token))).toBe('invalid_client');
});

test.each(['access_token', 'refresh_token'] as const)('revoking the %s ends the session', async (which) => {
  const application = await configure(provider, await register(provider));
  const looking = await configure(provider, await registerService(provider, ['service']));
  const tokens = await signIn(provider, application, ada);
  const other = await configure(provider, await register(provider));
  const before = (await revokedSessionIds(provider)).length;
  // Somebody else's tokens are nobody's to revoke.
  await oauth.tokenRevocation(other, tokens[which]!).catch(() => undefined);
  expect(await revokedSessionIds(provider)).toHaveLength(before);

  await oauth.tokenRevocation(application, tokens[which]!);
  expect(await revokedSessionIds(provider)).toHaveLength(before + 1);
  expect(await errorOf(oauth.refreshTokenGrant(application, tokens.refresh_token!))).toBe('invalid_grant');
  expect(await oauth.tokenIntrospection(looking, tokens.access_token)).toEqual({ active: false });
  await oauth.tokenRevocation(application, 'nonsense');
});

test('a client that is deleted gets and has nothing any more', async () => {
  const registered = await register(provider);
  const application = await configure(provider, registered);
  const looking = await configure(provider, await registerService(provider, ['service']));
  const tokens = await signIn(provider, application, ada);
  await provider.execute(
    'mutation($id: ID!) { oauthClientDelete(id: $id) { userErrors { code } } }',
    { id: registered.id },
    { scopes: ['auth:admin'] },
  );
  expect(await errorOf(oauth.refreshTokenGrant(application, tokens.refresh_token!))).toBe('invalid_client');
  expect(await oauth.tokenIntrospection(looking, tokens.access_token)).toEqual({ active: false });
});

test('tokens are signed by the key that is published, at one place', async () => {
  const config = await configure(provider, await registerService(provider, ['users:read']));
  const kidOf = async () => {
    const { access_token: token } = await oauth.clientCredentialsGrant(config);
    return JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()).kid;
  };
  const { keys } = await (await provider.fetch('/.well-known/jwks.json')).json();
  const ofAccessTokens = keys.filter(({ alg }: { alg: string }) => alg === 'EdDSA');
  expect(ofAccessTokens.map(({ kid }: { kid: string }) => kid)).toEqual([await kidOf()]);
});

test('who does not come through the gateway is refused', async () => {
  for (const url of ['/oauth/token', '/oauth/authorize', '/.well-known/openid-configuration']) {
    const response = await provider.app.inject({ method: 'GET', url });
    expect(response.statusCode).toBe(401);
  }
});

/** A form that a client sends to the token endpoint from an address, and what comes back. */
async function sendForm(form: Record<string, string>, address: string) {
  const body = new URLSearchParams(form);
  const response = await provider.fetch('/oauth/token', { method: 'POST', body }, address);
  const { error } = await response.json();
  return { status: response.status, error, retryAfter: Number(response.headers.get('retry-after')) };
}
const slowDown = (seconds: number) => ({
  status: 429,
  error: 'slow_down',
  retryAfter: expect.closeTo(seconds, -2),
});

test('whoever guesses the secret of a service has to wait; the service itself, elsewhere, does not', async () => {
  const { id, secret } = await registerService(provider, ['users:read']);
  const show = (client_secret: string, address: string) =>
    sendForm({ grant_type: 'client_credentials', client_id: id, client_secret }, address);
  for (let attempt = 0; attempt < 19; attempt += 1) await show('wrong', '198.51.100.30');
  expect(await show(secret, '198.51.100.30')).toMatchObject({ status: 200 });
  const guesses = Array.from({ length: 25 }, () => show('wrong', '198.51.100.30'));
  const answers = await Promise.all(guesses);
  expect(answers.filter(({ error }) => error === 'invalid_client')).toHaveLength(20);
  expect(await show(secret, '198.51.100.30')).toEqual(slowDown(600));
  expect(await show(secret, '198.51.100.31')).toMatchObject({ status: 200 });
});

test('one place shows three hundred wrong codes and tokens, whatever client it says it is', async () => {
  const { id } = await register(provider, { confidential: false });
  const attempts = Array.from({ length: 305 }, (_, attempt) =>
    attempt % 2 === 0
      ? sendForm({ grant_type: 'refresh_token', client_id: id, refresh_token: 'wrong' }, '198.51.100.40')
      : sendForm({ grant_type: 'refresh_token', client_id: `client-${attempt}` }, '198.51.100.40'),
  );
  const errors = (await Promise.all(attempts)).map(({ error }) => error);
  expect(errors.filter((error) => error === 'slow_down')).toHaveLength(5);
  const right = { grant_type: 'authorization_code', client_id: id, code: 'wrong' };
  expect(await sendForm(right, '198.51.100.40')).toEqual(slowDown(900));
  expect(await sendForm({ ...right, redirect_uri: redirectUri }, '198.51.100.41')).toMatchObject({
    error: 'invalid_grant',
  });
});

test('what cannot be read is refused as such', async () => {
  const send = (body: string, type = 'application/x-www-form-urlencoded') =>
    provider.fetch('/oauth/token', { method: 'POST', body, headers: { 'content-type': type } });
  for (const response of [
    await send('{"grant_type": "client_credentials"}', 'application/json'),
    await send(''),
    await send('grant_type=client_credentials&grant_type=client_credentials'),
    await send('client_id=%00&grant_type=client_credentials'),
    await send(`client_id=${'a'.repeat(50_000)}&grant_type=client_credentials`),
    await send(`grant_type=client_credentials&a=${'a'.repeat(60_000)}`),
  ]) {
    expect([400, 401, 413]).toContain(response.status);
    expect(response.headers.get('cache-control')).toBe('no-store');
  }
});

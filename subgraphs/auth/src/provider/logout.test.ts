import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, signUp } from '../test-kit.ts';
import { attempt, configure, errorOf, goThrough, register, signIn } from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

let provider: TestProvider;
let ada: Person;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
});
afterAll(() => provider[Symbol.asyncDispose]());

test('who logs out is asked, goes where the client wants them, and nothing of the login is left', async () => {
  const config = await configure(provider, await register(provider));
  const browser = provider.browser();
  const tokens = await signIn(provider, config, ada, { scope: 'openid kronos' }, browser);
  const { sid } = decodeJwt<{ sid: string }>(tokens.access_token);
  const url = oauth.buildEndSessionUrl(config, {
    post_logout_redirect_uri: 'https://photos.example.com/bye',
    id_token_hint: tokens.id_token!,
    state: 'x',
  });
  const page = await browser.open(url);
  expect(page.text).toContain('Log out?');
  expect(page.headers.get('content-security-policy')).toContain(
    "form-action 'self' https://photos.example.com;",
  );
  await browser.submit({ logout: 'yes' });
  expect(browser.shown.url).toBe('https://photos.example.com/bye?state=x');
  expect(await errorOf(oauth.refreshTokenGrant(config, tokens.refresh_token!))).toBe('invalid_grant');
  const open = await provider.database.session.count({
    where: { revokedAt: null, browserId: { not: null } },
  });
  expect([open, sid.startsWith('session_')]).toEqual([0, true]);
  const { url: again } = await attempt(config, { prompt: 'none' });
  expect((await goThrough(browser, again, ada)).searchParams.get('error')).toBe('login_required');
});

test('without an address to go to there is a page, and people are sent to none that is not the client’s', async () => {
  const client = await register(provider);
  const config = await configure(provider, client);
  const browser = provider.browser();
  await signIn(provider, config, ada, {}, browser);
  const elsewhere = new URL(`${provider.issuer}/oauth/logout`);
  elsewhere.search = String(
    new URLSearchParams({ client_id: client.id, post_logout_redirect_uri: 'https://evil.example/' }),
  );
  expect((await browser.open(elsewhere)).status).toBe(400);
  await browser.open(`${provider.issuer}/oauth/logout?client_id=${client.id}`);
  await browser.submit({ logout: 'yes' });
  expect(browser.shown.text).toContain('You are logged out');
});

test('what keeps others out: pages are not framed, not kept, have no script, and take no form of another site', async () => {
  const config = await configure(provider, await register(provider));
  const { url } = await attempt(config);
  const browser = provider.browser();
  const { headers } = await browser.open(url);
  expect(headers.get('cache-control')).toBe('no-store');
  const policy = headers.get('content-security-policy');
  expect(policy).toMatch(
    /default-src 'none'; style-src 'sha256-.*'; script-src 'none'; form-action 'self' https:\/\/photos\.example\.com; frame-ancestors 'none'; base-uri 'none'/,
  );
  const forged = new URLSearchParams({ email: ada.email, password: 'x', action: 'cancel', csrf: 'forged' });
  const page = await browser.open(browser.shown.url, { method: 'POST', body: forged });
  expect([page.status, page.text.includes('out of date')]).toEqual([422, true]);
  // Another browser does not have the cookie of this interaction.
  const other = await provider.browser().open(browser.shown.url);
  expect([other.status, other.text.includes('This did not work')]).toEqual([400, true]);
});

test('guessing is slowed down as it is by sessionCreate', async () => {
  const config = await configure(provider, await register(provider));
  const { url } = await attempt(config);
  const browser = provider.browser('203.0.113.77');
  await browser.open(url);
  const statuses: number[] = [];
  for (let index = 0; index < 11; index += 1) {
    statuses.push(
      (await browser.submit({ email: 'somebody@example.com', password: `guess ${index}`, action: 'login' }))
        .status,
    );
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
  expect(browser.shown.headers.get('retry-after')).toMatch(/^\d+$/);
});

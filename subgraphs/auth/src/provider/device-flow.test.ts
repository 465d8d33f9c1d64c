import * as oauth from 'openid-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { goodPassword, type Person, signUp } from '../test-kit.ts';
import { configure, errorOf, register } from './testing/application.ts';
import { startProvider, type TestProvider } from './testing/test-provider.ts';

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

let provider: TestProvider;
let ada: Person;
let config: oauth.Configuration;
let device: oauth.DeviceAuthorizationResponse;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
  const client = await register(provider, {
    name: 'Command line',
    scopes: ['openid', 'kronos', 'offline_access'],
    grantTypes: [grantType, 'refresh_token'],
    redirectUris: [],
    postLogoutRedirectUris: [],
    confidential: false,
  });
  config = await configure(provider, client);
});
beforeEach(async () => {
  device = await oauth.initiateDeviceAuthorization(config, { scope: 'openid kronos' });
});
afterAll(() => provider[Symbol.asyncDispose]());

/** One look whether the person has answered. */
const ask = () => oauth.genericGrantRequest(config, grantType, { device_code: device.device_code });

test('a person enters the code, compares it, logs in and allows: the device is let in', async () => {
  expect(device).toMatchObject({
    verification_uri: `${provider.issuer}/oauth/device`,
    user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
    expires_in: 600,
  });
  expect(await errorOf(ask())).toBe('authorization_pending');
  const browser = provider.browser();
  expect((await browser.open(device.verification_uri)).text).toContain('<label for="user_code">');
  // As people type it.
  await browser.submit({ user_code: device.user_code.replace('-', '').toLowerCase() });
  expect(browser.shown.text).toMatch(new RegExp(`Is this the code.*${device.user_code}.*Command line`, 's'));
  await browser.submit({ confirm: 'yes' });
  await browser.submit({ email: ada.email, password: goodPassword, action: 'login' });
  expect(browser.shown.text).toContain('Allow Command line?');
  await browser.submit({ action: 'allow' });
  expect(browser.shown.text).toContain('The device has been let in');
  const tokens = await oauth.pollDeviceAuthorizationGrant(config, device);
  expect(tokens.claims()?.sub).toBe(ada.id);
  expect(await errorOf(ask())).toBe('invalid_grant');
});

test('the picture with the code in it still shows the code before anything is done', async () => {
  const browser = provider.browser();
  const page = await browser.open(device.verification_uri_complete!);
  expect(page.text).toContain(`value="${device.user_code}"`);
  expect(await errorOf(ask())).toBe('authorization_pending');
});

test('who stops it, or does not allow it, has told the device so', async () => {
  const browser = provider.browser();
  await browser.open(device.verification_uri);
  await browser.submit({ user_code: device.user_code });
  await browser.submit({ abort: 'yes' });
  expect(browser.shown.text).toContain('You have stopped this');
  expect(await errorOf(ask())).toBe('access_denied');
});

test('a code that is wrong, or used, is said to be, beside the field', async () => {
  const browser = provider.browser();
  await browser.open(device.verification_uri);
  await browser.submit({ user_code: 'WRNG-CODE' });
  expect(browser.shown.text).toMatch(/role="alert".*<a href="#user_code">There is no such code/s);
  await browser.submit({ user_code: '' });
  expect(browser.shown.text).toContain('Enter the code');
  await browser.submit({ user_code: '<script>alert(1)</script>' });
  expect(browser.shown.text).not.toContain('<script>');
});

test('whoever guesses codes has to wait, beside the field; codes that there are do not count', async () => {
  const browser = provider.browser('198.51.100.20');
  const enter = (code: string) => browser.submit({ user_code: code });
  await browser.open(device.verification_uri);
  for (let guess = 0; guess < 19; guess += 1) await enter('WRNG-CODE');
  for (let look = 0; look < 3; look += 1) {
    expect((await enter(device.user_code)).text).toContain('Is this the code');
    await browser.open(device.verification_uri);
  }
  await enter('WRNG-CODE');
  const refused = await enter(device.user_code);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(1000);
  expect(refused.text).toMatch(/role="alert".*<a href="#user_code">Too many attempts\. Try again in 30 min/s);

  const elsewhere = provider.browser('198.51.100.21');
  await elsewhere.open(device.verification_uri);
  await elsewhere.submit({ user_code: device.user_code });
  expect(elsewhere.shown.text).toContain('Is this the code');
});

test('an application of another kind has no device codes', async () => {
  const other = await configure(provider, await register(provider));
  expect(await errorOf(oauth.initiateDeviceAuthorization(other, { scope: 'openid' }))).toBe(
    'invalid_request',
  );
});

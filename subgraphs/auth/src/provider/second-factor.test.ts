import * as oauth from 'openid-client';
import { expect, test } from 'vitest';
import { signUpWithFactor } from '../mfa.test-kit.ts';
import { goodPassword } from '../test-kit.ts';
import { attempt, configure, register } from './testing/application.ts';
import { startProvider } from './testing/test-provider.ts';

test('who has a second factor is asked for it, and the client is told by what they came', async () => {
  await using provider = await startProvider();
  const ada = await signUpWithFactor(provider);
  const config = await configure(provider, await register(provider));
  const { url, checks } = await attempt(config);
  const browser = provider.browser();
  await browser.open(url);
  await browser.submit({ email: ada.email, password: goodPassword, action: 'login' });
  expect(browser.shown.text).toMatch(/<label for="code">.*autocomplete="one-time-code"/s);

  const wrong = await browser.submit({ code: 'nothing of this kind', action: 'prove' });
  expect([wrong.status, /role="alert".*href="#code"/s.test(wrong.text)]).toEqual([422, true]);
  await browser.submit({ code: ada.recoveryCodes[0]!, action: 'prove' });
  expect(browser.shown.text).toContain('Allow Photos?');
  const back = await browser.submit({ action: 'allow' });
  const tokens = await oauth.authorizationCodeGrant(config, new URL(back.url), checks);
  expect(tokens.claims()).toMatchObject({ sub: ada.id, amr: expect.arrayContaining(['pwd', 'mfa']) });
});

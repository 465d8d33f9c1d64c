import { EnvironmentError, parseEnvironment } from '@kronos/service/environment';
import { expect, test } from 'vitest';
import { signInProvidersVariable } from './identity.settings.ts';

const acme = { name: 'acme', issuer: 'https://acme.example', clientId: 'kronos', clientSecret: 'hush-hush' };

const parse = (list: unknown) =>
  parseEnvironment(
    { KRONOS_SIGN_IN_PROVIDERS: signInProvidersVariable() },
    { KRONOS_SIGN_IN_PROVIDERS: typeof list === 'string' ? list : JSON.stringify(list) },
  ).KRONOS_SIGN_IN_PROVIDERS;

test('without any, nobody logs in by another provider', () => {
  expect(parse('')).toEqual([]);
});

test('what is not said of a provider has a default', () => {
  expect(parse([acme])).toEqual([
    { ...acme, clientAuthentication: 'client_secret_basic', scopes: ['openid', 'email', 'profile'] },
  ]);
  expect(parse([{ ...acme, issuer: 'http://127.0.0.1:8080' }])[0]?.issuer).toBe('http://127.0.0.1:8080');
});

test.each([
  ['no list', { acme }, 'all of it'],
  ['no JSON', '[{"clientSecret": "hush-hush"', 'all of it'],
  ['no file', 'no-such-file.json', 'all of it'],
  ['two of a name', [acme, acme], 'each name once'],
  ['an issuer without TLS', [{ ...acme, issuer: 'http://acme.example' }], '0.issuer: expected an https URL'],
  ['scopes without openid', [{ ...acme, scopes: ['email'] }], '0.scopes: expected openid'],
  ['an unknown setting', [{ ...acme, secret: 'hush-hush' }], '0: '],
  ['a name that is none', [{ ...acme, name: 'Acme & Co' }], '0.name: expected a word'],
  ['a page that is none', [{ ...acme, redirectUris: ['javascript:alert(1)'] }], '0.redirectUris.0'],
])('%s is refused at the start, and the secret is not told', (_name, list, fault) => {
  let message = '';
  try {
    parse(list);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    message = (error as Error).message;
  }
  expect(message).toContain('KRONOS_SIGN_IN_PROVIDERS');
  expect(message).toContain(fault);
  expect(message).not.toContain('hush-hush');
});

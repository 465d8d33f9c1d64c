import { expect, test } from 'vitest';
import {
  clientFaults,
  graphScopesAmong,
  isScope,
  redirectUriFault,
  rightsAmong,
} from './oauth-client.rules.ts';

test.each([
  'https://app.example.com/callback',
  'https://app.example.com:8443/callback?tenant=1',
  'http://127.0.0.1/callback',
  'http://127.0.0.1:8080/callback',
  'http://[::1]/callback',
  'http://localhost:3000/callback',
  'com.example.app:/callback',
])('people may be sent to %s', (uri) => expect(redirectUriFault(uri)).toBeNull());

test.each([
  ['callback', /no address/],
  ['', /no address/],
  [`https://example.com/${'a'.repeat(2000)}`, /2,000/],
  ['https://example.com/#', /fragment/],
  ['https://*.example.com/', /wildcards/],
  ['https://user:secret@example.com/', /credentials/],
  ['http://example.com/', /TLS/],
  ['http://127.0.0.1.example.com/', /TLS/],
  ['javascript:alert(1)', /javascript/],
  ['data:text/html,x', /data/],
  ['app:/callback', /domain/],
])('people may not be sent to %s', (uri, fault) => expect(redirectUriFault(uri)).toMatch(fault));

test('scopes are words, or two with a colon between them', () => {
  expect(['users:read', 'service', 'openid', 'offline_access', 'a-b:c-d'].filter(isScope)).toHaveLength(5);
  const others = ['', 'Users:read', 'users:', ':read', 'users read', 'a:b:c', 'x"y', `a:${'b'.repeat(40)}`];
  expect(others.filter(isScope)).toEqual([]);
});

test('what is a right, and what a token can be used for at the graph', () => {
  const scopes = ['openid', 'email', 'kronos', 'offline_access', 'service', 'users:read'];
  expect(rightsAmong(scopes)).toEqual(['users:read']);
  expect(graphScopesAmong(scopes)).toEqual(['kronos', 'service', 'users:read']);
});

const client = {
  grantTypes: ['authorization_code', 'refresh_token'],
  redirectUris: ['https://app.example.com/'],
  isConfidential: true,
  scopes: ['openid', 'kronos'],
};
const service = {
  grantTypes: ['client_credentials'],
  redirectUris: [],
  isConfidential: true,
  scopes: ['a:b'],
};
const device = { ...client, grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'], redirectUris: [] };

test.each([client, service, device, { ...client, isConfidential: false }])(
  'what fits together: %j',
  (shape) => expect(clientFaults(shape)).toEqual([]),
);

test.each([
  [{ ...client, redirectUris: [] }, 'redirectUris'],
  [{ ...service, redirectUris: ['https://app.example.com/'] }, 'redirectUris'],
  [{ ...service, grantTypes: ['client_credentials', 'refresh_token'] }, 'grantTypes'],
  [{ ...service, isConfidential: false }, 'grantTypes'],
  [{ ...service, scopes: ['openid'] }, 'scopes'],
])('what does not: %j', (shape, field) =>
  expect(clientFaults(shape).map((fault) => fault.field)).toEqual([field]),
);

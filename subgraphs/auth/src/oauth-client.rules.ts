/** What a client may be used for, by OAuth's own names. */
export const grantTypes = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
] as const;

/** What a client may ask of people without having a right: who they are, to act in their name, and to go on when they have left. */
const scopesOfPeople = ['openid', 'email', 'kronos', 'offline_access'];
/** What a service may be given, and what nobody else holds. */
const scopesOfServices = ['service'];

const scopeShape = /^[a-z][a-z0-9-]{0,30}(:[a-z][a-z0-9-]{0,30})?$/;

/** Is it the name of a scope, whether anybody has it or not? */
export function isScope(scope: string): boolean {
  return scopeShape.test(scope) || scopesOfPeople.includes(scope);
}

/** Those of the scopes that are rights, which a person must hold before a client can use them in their name. */
export function rightsAmong(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !scopesOfPeople.includes(scope) && !scopesOfServices.includes(scope));
}

/** Those of the scopes for which a token can be used at the graph. */
export function graphScopesAmong(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => scope === 'kronos' || !scopesOfPeople.includes(scope));
}

/** Schemes under which a browser runs or reads what is in the address itself. */
const dangerousSchemes = [
  'javascript:',
  'data:',
  'vbscript:',
  'blob:',
  'file:',
  'about:',
  'ftp:',
  'ws:',
  'wss:',
];
const loopbackHosts = ['127.0.0.1', '[::1]', 'localhost'];
const longestUri = 2000;

/**
 * Why people's browsers must not be sent to an address with a code; null when they may (RFC 9700, 4.1; RFC 8252, 7).
 *
 * It is compared character by character, but for the port of a loopback address, which an application on somebody's own
 * device chooses when it starts.
 */
export function redirectUriFault(uri: string): string | null {
  const url = URL.parse(uri);
  if (!url || uri.length > longestUri) return 'This is no address of at most 2,000 characters.';
  if (/[\s\p{C}]/u.test(uri)) return 'A redirect address has no blanks and no invisible characters.';
  if (uri.includes('#')) return 'A redirect address has no fragment.';
  if (uri.includes('*')) return 'A redirect address is one address: there are no wildcards.';
  if (url.username || url.password) return 'A redirect address has no credentials in it.';
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:') {
    return loopbackHosts.includes(url.hostname)
      ? null
      : 'Without TLS it may only be an address of the own device, such as http://127.0.0.1.';
  }
  if (dangerousSchemes.includes(url.protocol)) return `Browsers are not sent to ${url.protocol}`;
  return url.protocol.includes('.')
    ? null
    : 'A scheme of your own is named after a domain that you own, such as com.example.app:';
}

/** What is asked of a client as a whole. */
export interface ClientShape {
  grantTypes: readonly string[];
  redirectUris: readonly string[];
  isConfidential: boolean;
  scopes: readonly string[];
}

/** What does not fit together in a client, by the field at fault. */
export function clientFaults({ grantTypes: grants, redirectUris, isConfidential, scopes }: ClientShape) {
  const asksPeople = grants.some((grant) => grant === 'authorization_code' || grant.endsWith('device_code'));
  const faults: { field: string; message: string }[] = [];
  const add = (field: string, message: string) => faults.push({ field, message });

  if (grants.includes('authorization_code') && redirectUris.length === 0)
    add('redirectUris', 'For authorization_code at least one redirect address is needed.');
  if (!grants.includes('authorization_code') && redirectUris.length > 0)
    add('redirectUris', 'Only with authorization_code are people sent back to an address.');
  if (grants.includes('refresh_token') && !asksPeople)
    add('grantTypes', 'refresh_token goes with authorization_code or a device code.');
  if (grants.includes('client_credentials') && !isConfidential)
    add('grantTypes', 'client_credentials needs a client that can keep a secret.');
  if (scopes.some((scope) => scopesOfServices.includes(scope)) && !grants.includes('client_credentials'))
    add('scopes', `${scopesOfServices.join(', ')} is for what calls in its own name, by client_credentials.`);
  if (scopes.some((scope) => scopesOfPeople.includes(scope)) && !asksPeople)
    add('scopes', `${scopesOfPeople.join(', ')} are given by people, whom this client does not ask.`);
  return faults;
}

import * as oauth from 'openid-client';
import { expect } from 'vitest';
import { goodPassword, type Person } from '../../test-kit.ts';
import type { Browser } from './browser.ts';
import type { TestProvider } from './test-provider.ts';

export const redirectUri = 'https://photos.example.com/callback';

/** A registered client. */
export interface Registered {
  id: string;
  secret: string;
}

/** Registers a client, an application of people unless `input` says otherwise. */
export async function register(provider: TestProvider, input: object = {}): Promise<Registered> {
  const application = {
    name: 'Photos',
    scopes: ['openid', 'email', 'kronos', 'offline_access', 'users:read'],
    redirectUris: [redirectUri],
    postLogoutRedirectUris: ['https://photos.example.com/bye'],
  };
  const { data } = await provider.execute(
    `mutation($i: OAuthClientCreateInput!) {
      oauthClientCreate(input: $i) { oauthClient { id } secret userErrors { code message } }
    }`,
    { i: { ...application, ...input } },
    { scopes: ['auth:admin', 'users:read', 'router:read'] },
  );
  expect(data!.oauthClientCreate.userErrors).toEqual([]);
  const { oauthClient, secret } = data!.oauthClientCreate;
  return { id: oauthClient.id, secret };
}

/** Registers a service with these scopes. */
export const registerService = (provider: TestProvider, scopes: string[]) =>
  register(provider, {
    name: 'Service',
    scopes,
    grantTypes: ['client_credentials'],
    redirectUris: [],
    postLogoutRedirectUris: [],
  });

/** A client as `openid-client` sees it, who has never heard of Kronos. */
export function configure(provider: TestProvider, { id, secret }: Registered): Promise<oauth.Configuration> {
  const auth = secret ? oauth.ClientSecretBasic(secret) : oauth.None();
  return oauth.discovery(new URL(provider.issuer), id, undefined, auth, provider.options);
}

/** One attempt to sign somebody in. */
export interface Attempt {
  url: URL;
  checks: { pkceCodeVerifier: string; expectedState: string; expectedNonce?: string };
}

export async function attempt(
  config: oauth.Configuration,
  parameters: Record<string, string> = {},
): Promise<Attempt> {
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const expectedState = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid email kronos offline_access',
    prompt: 'consent',
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    ...parameters,
  });
  return { url, checks: { pkceCodeVerifier, expectedState } };
}

/** Leads a person through the pages, to where the client wants them back. */
export async function goThrough(browser: Browser, url: URL, person: Person): Promise<URL> {
  await browser.open(url);
  if (browser.shown.text.includes('name="password"')) {
    await browser.submit({ email: person.email, password: goodPassword, action: 'login' });
  }
  if (browser.shown.text.includes('value="allow"')) await browser.submit({ action: 'allow' });
  return new URL(browser.shown.url);
}

/** Signs a person in at a client, and gives the client's tokens. */
export async function signIn(
  provider: TestProvider,
  config: oauth.Configuration,
  person: Person,
  parameters: Record<string, string> = {},
  browser: Browser = provider.browser(),
) {
  const { url, checks } = await attempt(config, parameters);
  return oauth.authorizationCodeGrant(config, await goThrough(browser, url, person), checks);
}

/** The error code by which a request to the provider was refused. */
export async function errorOf(request: Promise<unknown>): Promise<string> {
  try {
    await request;
    return 'none';
  } catch (error) {
    const { error: named, code, cause } = error as { error?: string; code?: string; cause?: unknown };
    // What stands in `www-authenticate`, where a client could not say who it is.
    const [challenge] = Array.isArray(cause) ? (cause as { parameters?: { error?: string } }[]) : [];
    return String(named ?? challenge?.parameters?.error ?? code);
  }
}

import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import { z } from 'zod';
import { type ForeignProviderSettings, isLoopback } from './identity.settings.ts';

/** What must not leave this domain while somebody is at the other provider. */
export const signInSecrets = z.object({ state: z.string(), nonce: z.string(), codeVerifier: z.string() });
export type SignInSecrets = z.output<typeof signInSecrets>;

/** What another provider says of a person. */
export interface ForeignIdentity {
  provider: string;
  issuer: string;
  /** The provider's id of the person. */
  subject: string;
  /** As it was said, in no particular form; null when it was not. */
  email: string | null;
  isEmailVerified: boolean;
  name: string | null;
}

/** Another provider of OpenID Connect, by which people log in here. */
export interface ForeignProvider {
  readonly name: string;
  /** The only pages that people may be sent back to; undefined when the configuration lists none. */
  readonly redirectUris: readonly string[] | undefined;
  /**
   * Begins an authorization code flow with PKCE (S256), state and nonce.
   *
   * @throws whatever openid-client throws while the provider is away
   */
  begin(redirectUri: string): Promise<{ authorizationUrl: string; secrets: SignInSecrets }>;
  /**
   * Finishes it: state and issuer of the response (RFC 9207), the code's exchange, signature, issuer, audience, time and
   * nonce of the ID token.
   *
   * @param query what the provider has put behind the redirect address
   * @throws whatever openid-client throws when one of these does not hold
   */
  finish(redirectUri: string, query: string, secrets: SignInSecrets): Promise<ForeignIdentity>;
}

/** No request to a provider takes longer. */
const timeoutSeconds = 5;
/** For so long what a provider says of itself is taken as it was; its keys are looked up again whenever one is unknown. */
const discoveryLifeMs = 60 * 60 * 1000;
/** While the provider is away it is asked again so soon, and what it said before still counts. */
const retryMs = 60 * 1000;

/** Creates a provider. Nothing is asked of it before somebody wants to log in by it. */
export function createForeignProvider(settings: ForeignProviderSettings): ForeignProvider {
  const configuration = followConfiguration(() => discover(settings));

  return {
    name: settings.name,
    redirectUris: settings.redirectUris,

    async begin(redirectUri) {
      const secrets = { state: randomState(), nonce: randomNonce(), codeVerifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await calculatePKCECodeChallenge(secrets.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { authorizationUrl: url.href, secrets };
    },

    async finish(redirectUri, query, { state, nonce, codeVerifier }) {
      const current = await configuration();
      const url = new URL(redirectUri);
      url.search = query;
      const tokens = await authorizationCodeGrant(current, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      // Many providers say the address by the userinfo endpoint alone (OpenID Connect Core, 5.4).
      const asksUserInfo =
        claims.email === undefined && current.serverMetadata().userinfo_endpoint !== undefined;
      const more = asksUserInfo ? await fetchUserInfo(current, tokens.access_token, claims.sub) : {};
      return {
        provider: settings.name,
        issuer: claims.iss,
        subject: claims.sub,
        ...profileOf({ ...claims, ...more }),
      };
    },
  };
}

function profileOf(
  claims: Record<string, unknown>,
): Pick<ForeignIdentity, 'email' | 'isEmailVerified' | 'name'> {
  const { email, name, preferred_username: userName } = claims;
  return {
    email: typeof email === 'string' ? email : null,
    isEmailVerified: claims.email_verified === true,
    name:
      ([name, userName].find((each) => typeof each === 'string' && each.trim() !== '') as
        | string
        | undefined) ?? null,
  };
}

function discover({ issuer, clientId, clientSecret, clientAuthentication }: ForeignProviderSettings) {
  const url = new URL(issuer);
  const send = clientAuthentication === 'client_secret_post' ? ClientSecretPost : ClientSecretBasic;
  const authentication = clientSecret === undefined ? None() : send(clientSecret);
  return discovery(url, clientId, undefined, authentication, {
    timeout: timeoutSeconds,
    // Without it, TLS alone would vouch for ID tokens.
    execute: [enableNonRepudiationChecks, ...(isLoopback(url) ? [allowInsecureRequests] : [])],
  });
}

/** Discovers when it is first needed, at most once at a time, and again when what was discovered is old. */
function followConfiguration(discoverNow: () => Promise<Configuration>): () => Promise<Configuration> {
  let known: Configuration | undefined;
  let freshUntil = 0;
  let pending: Promise<Configuration> | undefined;

  async function refresh(): Promise<Configuration> {
    try {
      known = await discoverNow();
      freshUntil = Date.now() + discoveryLifeMs;
      return known;
    } catch (error) {
      if (!known) throw error;
      freshUntil = Date.now() + retryMs;
      return known;
    } finally {
      pending = undefined;
    }
  }

  return async () => {
    if (known && Date.now() < freshUntil) return known;
    pending ??= refresh();
    return pending;
  };
}

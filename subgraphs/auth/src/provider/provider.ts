import { timingSafeEqual } from 'node:crypto';
import type { Account } from '@kronos/prisma-auth';
import { tryDecodeId } from '@kronos/subgraph';
import Provider, {
  type Client,
  type Configuration,
  errors,
  type KoaContextWithOIDC,
  type Account as ProviderAccount,
} from 'oidc-provider';
import type { Services } from '../context.ts';
import { hashSecret } from '../secret-token.ts';
import { accessTokenAlgorithm, signingAlgorithms } from '../signing-key.rules.ts';
import { isOfAccessTokens, type PublishedKey } from '../signing-keys.ts';
import { callerOf } from './caller.ts';
import { type KronosMetadata, providerScopes } from './client-metadata.ts';
import { prolongGrant } from './grants.ts';
import { slowDownGuessing } from './guessing.ts';
import { endBrowserLogin, loginPolicy } from './login-policy.ts';
import { devicePages } from './pages/device.ts';
import { errorPage } from './pages/error.ts';
import { logoutPages } from './pages/logout.ts';
import { createRecordAdapter } from './record-adapter.ts';
import { registrationPath } from './registration.ts';
import { ProviderSigningKey } from './signing-key.ts';
import { answerForStructuredTokens } from './structured-tokens.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** How long an access token lives, in seconds: that of a person's own login does, too. */
export const accessTokenSeconds = 15 * minute;

export interface ProviderSettings {
  /** Where clients find the gateway. */
  publicUrl: string;
  /** Who issues the access tokens of people's own logins. */
  tokenIssuer: string;
  /** What the gateway wants to read as `aud`. */
  audience: string;
  /** What programs show that may register themselves; undefined where none may. */
  registrationToken: string | undefined;
}

/** The resource indicator (RFC 8707) of the graph. */
export function graphResource(publicUrl: string): string {
  return `${publicUrl}/graphql`;
}

/** Somebody with an account, as the provider sees them. */
interface KronosAccount extends ProviderAccount {
  row: Account;
}

/**
 * OAuth 2.1 and OpenID Connect by `oidc-provider`, on our accounts, clients, keys and tables. It is made anew when the keys
 * change, and keeps nothing in between.
 *
 * @param keys those that are published; of each algorithm the first signs
 */
export function createProvider(
  services: Pick<Services, 'database' | 'sealer' | 'signingKeys' | 'throttle' | 'users'>,
  settings: ProviderSettings,
  keys: readonly PublishedKey[],
): Provider {
  const { database, sealer, signingKeys } = services;
  const { publicUrl, audience } = settings;
  const isSecure = publicUrl.startsWith('https:');
  const resource = graphResource(publicUrl);
  const issuers = [publicUrl, settings.tokenIssuer];

  async function findAccount(
    _ctx: KoaContextWithOIDC | undefined,
    sub: string,
  ): Promise<KronosAccount | undefined> {
    const id = tryDecodeId('user', sub);
    const row = id && (await database.account.findUnique({ where: { id } }));
    if (!row) return undefined;
    return {
      accountId: sub,
      row,
      claims: () => ({ sub, email: row.email, email_verified: row.emailVerifiedAt !== null }),
    };
  }

  /** What a token for the graph may say: what the client was given, of which a person can give only what they have. */
  function graphScopes(ctx: KoaContextWithOIDC, client: Client): string[] {
    const ofClient = (client as unknown as KronosMetadata).kronos_scopes;
    const account = ctx.oidc.account as KronosAccount | undefined;
    if (!account) return ofClient;
    return ofClient.filter((scope) => scope === 'kronos' || account.row.scopes.includes(scope));
  }

  const configuration: Configuration = {
    adapter: createRecordAdapter({ database, sealer }),
    jwks: { keys: keys.map((key) => new ProviderSigningKey(key, signingKeys)) },
    findAccount,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    // By RS256, which every client library knows, unless a client is registered for EdDSA.
    enabledJWA: { idTokenSigningAlgValues: [...signingAlgorithms] },
    extraClientMetadata: { properties: ['kronos_secrets', 'kronos_scopes'] },
    responseTypes: ['code'],
    scopes: providerScopes,
    claims: { openid: ['sub', 'amr', 'auth_time'], email: ['email', 'email_verified'] },
    // An application that only wants to know who somebody is needs no second request.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    loadExistingGrant,
    // What is to go on when the person has left, they were asked for (`offline_access`).
    expiresWithSession: async (_ctx, code) => !code.scopes.has('offline_access'),
    allowOmittingSingleRegisteredRedirectUri: false,
    cookies: {
      names: { session: 'kronos_login', interaction: 'kronos_interaction', resume: 'kronos_resume' },
      long: { httpOnly: true, sameSite: 'lax', path: '/oauth', secure: isSecure, signed: false },
      short: { httpOnly: true, sameSite: 'lax', secure: isSecure, signed: false },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: minute,
      IdToken: hour,
      DeviceCode: 10 * minute,
      Interaction: hour,
      RefreshToken: 30 * day,
      Session: 30 * day,
      Grant: 365 * day,
    },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      userinfo: '/oauth/userinfo',
      introspection: '/oauth/introspect',
      revocation: '/oauth/revoke',
      device_authorization: '/oauth/device-authorization',
      code_verification: '/oauth/device',
      end_session: '/oauth/logout',
      jwks: '/.well-known/jwks.json',
    },
    interactions: {
      policy: loginPolicy(database),
      url: (_ctx, { uid }) => `/oauth/interaction/${uid}`,
    },
    renderError: errorPage,
    // It is not the provider's own, which knows of no scopes of the graph and keeps secrets, not hashes.
    discovery: {
      registration_endpoint: settings.registrationToken ? `${publicUrl}${registrationPath}` : undefined,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) =>
          token.clientId === client.clientId ||
          (client as unknown as KronosMetadata).kronos_scopes.includes('service'),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****', ...devicePages },
      rpInitiatedLogout: { enabled: true, ...logoutPages },
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      resourceIndicators: {
        enabled: true,
        // A service wants the graph, and nothing else is there; an application asks by a scope of it.
        defaultResource(ctx, _client, oneOf) {
          askForAll(ctx);
          return (oneOf ?? (asksForGraph(ctx) ? resource : undefined)) as string;
        },
        useGrantedResource: () => true,
        getResourceServerInfo(ctx, indicator, client) {
          if (indicator !== resource) throw new errors.InvalidTarget();
          return {
            scope: graphScopes(ctx, client).join(' '),
            audience,
            accessTokenTTL: accessTokenSeconds,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: accessTokenAlgorithm, kid: keys.find(isOfAccessTokens)?.key.kid } },
          };
        },
      },
    },
    async extraTokenClaims(ctx, token) {
      if (token.kind === 'ClientCredentials') return { roles: ['service'] };
      const { row } = (ctx.oidc.account as KronosAccount | undefined) ?? {};
      const source =
        ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken ?? ctx.oidc.entities.DeviceCode;
      return {
        sid: token.grantId,
        // What a role opens, nobody was asked for.
        roles: row?.roles.filter((role) => role === 'user') ?? [],
        auth_time: source?.authTime,
        amr: source?.amr,
      };
    },
  };

  const provider = new Provider(publicUrl, configuration);
  // The gateway says over which scheme people come.
  provider.proxy = true;
  hashSecrets(provider);
  slowDownGuessing(provider, services.throttle);
  provider.use(async (ctx, next) => {
    prefillUserCode(ctx as unknown as KoaContextWithOIDC);
    await next();
    const { oidc } = ctx as unknown as KoaContextWithOIDC;
    const caller = callerOf(ctx.req);
    if (oidc?.route === 'token' && ctx.status === 200 && oidc.entities.Grant) {
      const sessionId = tryDecodeId('session', oidc.entities.Grant.jti);
      if (sessionId) await prolongGrant(database, sessionId, caller);
    }
    if (oidc?.route === 'end_session_confirm' && isDestroyed(oidc.session)) {
      await endBrowserLogin(database, oidc.session!.uid, caller);
    }
    await answerForStructuredTokens(ctx as unknown as KoaContextWithOIDC, services, { issuers, audience });
  });
  return provider;
}

/** A service that names no scope wants all that it was given (RFC 6749, 3.3). */
function askForAll({ oidc: { params, client } }: KoaContextWithOIDC): void {
  if (params?.grant_type !== 'client_credentials' || params.scope) return;
  params.scope = (client as unknown as KronosMetadata).kronos_scopes.join(' ') || undefined;
}

/**
 * The consent that holds: the one just given, or that of this browser's login.
 *
 * @throws InvalidScope when more is asked for than the client was ever given; the provider looks at that only for clients
 *   that were given something
 */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, provider, result, requestParamOIDCScopes } = ctx.oidc;
  const allowed = client!.scope?.split(' ') ?? [];
  const refused = [...requestParamOIDCScopes].filter((scope) => !allowed.includes(scope));
  if (refused.length > 0) throw new errors.InvalidScope('requested scope is not allowed', refused.join(' '));
  const grantId = result?.consent?.grantId ?? session?.grantIdFor(client!.clientId);
  return grantId ? provider.Grant.find(grantId) : undefined;
}

/** Whoever follows a picture with the code in it sees the code before anything is done with it. */
function prefillUserCode(ctx: KoaContextWithOIDC): void {
  if (ctx.method !== 'GET' || ctx.path !== '/oauth/device' || !ctx.query.user_code) return;
  ctx.state.userCode = String(ctx.query.user_code).slice(0, 20);
  ctx.query = {};
}

function asksForGraph(ctx: KoaContextWithOIDC): boolean {
  if (ctx.oidc.params?.grant_type === 'client_credentials') return true;
  const scopes = String(ctx.oidc.params?.scope ?? '').split(' ');
  const known = (ctx.oidc.client as unknown as KronosMetadata | undefined)?.kronos_scopes ?? [];
  return scopes.some((scope) => known.includes(scope));
}

/** Compares secrets by their hashes, of which there are two while one takes the place of the other. */
function hashSecrets(provider: Provider): void {
  const { prototype } = provider.Client as unknown as {
    prototype: { compareClientSecret(this: KronosMetadata, secret: string): boolean };
  };
  prototype.compareClientSecret = function (secret) {
    const actual = Buffer.from(hashSecret(secret));
    return this.kronos_secrets.some((hash) => timingSafeEqual(Buffer.from(hash), actual));
  };
}

function isDestroyed(session: object | undefined): boolean {
  return (session as { destroyed?: boolean } | undefined)?.destroyed === true;
}

import { createHash } from 'node:crypto';
import { codedError } from '@kronos/engine';
import { isOpaqueToken } from '@kronos/service';
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { ApiTokens } from './api-tokens.ts';
import { anonymous, type Caller, credentialsOf, type Viewer } from './caller.ts';
import { endedMessage } from './refusals.ts';

export interface AuthenticateOptions {
  jwksUrl: string;
  issuer: string;
  /** Who else issues access tokens with these keys, to OAuth clients: they say `at+jwt` (RFC 9068). */
  oauthIssuer: string;
  audience: string;
  /** Whether a session, an API token or an impersonation has ended before its access tokens expired. */
  isRevoked(id: string): boolean;
  /** Whether a token claims rights that its viewer, or the client that it was given to, has lost since. */
  claimsTooMuch(viewer: Viewer): boolean;
  /** Undefined where there are no API tokens. */
  apiTokens?: ApiTokens;
}

/**
 * Who the caller is, from the `authorization` header; throws a coded error when the token is worth nothing.
 *
 * @param address where the request comes from
 */
export type Authenticate = (authorization: string | undefined, address: string) => Promise<Caller>;

/** Asymmetric algorithms alone: with `none` or HS256 anybody could sign with what the JWKS publishes. */
const algorithms = ['EdDSA', 'ES256', 'RS256'];
const worthless = 'The access token is not valid: refresh it or log in again.';
const maxKnownTokens = 20_000;
const bearer = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
const bearerOfApiToken = /^Bearer +(kronos_\w+)$/i;

/** A gateway that verifies nothing: callers are anonymous, and their header is forwarded as it is. */
export const authenticateNobody: Authenticate = async () => anonymous;

/** Verifies access tokens against a remote JWKS; a token is verified once and known by its hash until it expires. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { issuer, oauthIssuer, audience, apiTokens } = options;
  const keys = createRemoteJWKSet(new URL(options.jwksUrl), {
    cooldownDuration: 5_000,
    timeoutDuration: 3_000,
  });
  const known = new LRUCache<string, Caller>({ max: maxKnownTokens });

  async function verify(token: string): Promise<Caller> {
    const key = createHash('sha256').update(token).digest('base64url');
    const caller = known.get(key);
    if (caller) return caller;
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: [issuer, oauthIssuer],
      audience,
      algorithms,
      requiredClaims: ['sub', 'exp'],
    }).catch(refuse);
    // The same keys sign id tokens, which say who somebody is and let nobody in.
    const isOAuth = payload.iss !== issuer;
    if (isOAuth && protectedHeader.typ !== 'at+jwt') throw unauthenticated(worthless);
    // A subject of another kind, or an empty one, is nobody's name.
    if (!payload.sub || typeof payload.sub !== 'string') throw unauthenticated(worthless);
    const viewer = toViewer(payload);
    const verified: Caller = { key, viewer };
    known.set(key, verified, { ttl: Math.max(1, viewer.tokenExp * 1_000 - Date.now()) });
    return verified;
  }

  async function verifyApiToken(authorization: string, address: string): Promise<Caller> {
    const token = bearerOfApiToken.exec(authorization)?.[1];
    if (!token || !apiTokens || !isOpaqueToken(token))
      throw unauthenticated('The authorization header is no Bearer token.');
    const caller = await verify(await apiTokens.exchange(token, address));
    if (!caller.viewer || !options.claimsTooMuch(caller.viewer)) return caller;
    // The person's rights have changed since: the token has what is left of them.
    apiTokens.forget(token);
    return verify(await apiTokens.exchange(token, address));
  }

  return async (authorization, address) => {
    if (!authorization) return anonymous;
    const token = bearer.exec(authorization)?.[1];
    const caller = await (token ? verify(token) : verifyApiToken(authorization, address));
    const { viewer } = caller;
    if (viewer && isOver(viewer)) throw unauthenticated(endedMessage(viewer));
    if (viewer && options.claimsTooMuch(viewer)) {
      throw unauthenticated('Your rights have changed: refresh the access token and send the request again.');
    }
    return caller;
  };

  function isOver(viewer: Viewer): boolean {
    // Most callers have a session and nothing else.
    if (!viewer.apiToken && !viewer.impersonation)
      return viewer.sessionId !== null && options.isRevoked(viewer.sessionId);
    return credentialsOf(viewer).some((id) => options.isRevoked(id));
  }
}

/** The scope by which a person lets a client act in their name; for what needs a right, it is none. */
const actingScope = 'kronos';

function toViewer(payload: JWTPayload): Viewer {
  const { sub, sid, scope, roles, client_id: clientId, exp, auth_time: authTime, amr } = payload;
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  return {
    userId: sub!,
    isService: clientId === sub,
    clientId: typeof clientId === 'string' ? clientId : null,
    sessionId: typeof sid === 'string' ? sid : null,
    scopes: new Set(scopes.filter((name) => name !== actingScope)),
    roles: Array.isArray(roles) ? roles.map(String) : [],
    tokenExp: exp!,
    authTime: Number.isSafeInteger(authTime) ? (authTime as number) : null,
    amr: Array.isArray(amr) ? amr.map(String) : [],
    hasSecondFactor: payload.mfa_enrolled === true,
    ...apiTokenOf(payload),
    ...impersonationOf(payload),
  };
}

function apiTokenOf({ api_token: id, operations }: JWTPayload): Pick<Viewer, 'apiToken'> {
  if (typeof id !== 'string') return {};
  return { apiToken: { id, operations: Array.isArray(operations) ? new Set(operations) : undefined } };
}

/** Who acts under the subject's name (RFC 8693, 4.1). A token that does not say by which impersonation is nobody's. */
function impersonationOf({ act, impersonation: id }: JWTPayload): Pick<Viewer, 'impersonation'> {
  if (act === undefined) return {};
  const { sub: actorId, sid: actorSessionId } = (act ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof actorId !== 'string' || typeof actorSessionId !== 'string')
    throw unauthenticated(worthless);
  return { impersonation: { id, actorId, actorSessionId } };
}

/** Says whether the token is to blame, or the keys by which it would be verified. */
function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) {
    throw unauthenticated('The access token has expired: refresh it and send the request again.');
  }
  const isToBlame =
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported;
  if (isToBlame) {
    throw unauthenticated(worthless);
  }
  throw codedError('Access tokens cannot be verified at the moment.', {
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: 2,
    originalError: error instanceof Error ? error : undefined,
  });
}

/** The error of a caller who is not, or no longer, known. */
export function unauthenticated(message: string) {
  return codedError(message, { code: 'UNAUTHENTICATED' });
}

import { hash } from 'node:crypto';
import type { Logger } from '@kronos/service';
import { BoundedMap } from '@kronos/service';
import { jwtVerify } from 'jose';
import type { Caller, Service, Viewer } from './caller.ts';
import { unauthenticated } from './errors.ts';
import { decodeId } from './ids.ts';
import { KeyFile } from './key-file.ts';

/** What an internal token says. */
export interface VerifiedToken {
  viewer: Viewer | null;
  service?: Service;
  tokenExpiresAt?: Date;
}

/** Headers by lower-case name. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Who calls, from the gateway's internal token and the headers that the gateway sends beside it.
 *
 * @throws UNAUTHENTICATED without a valid internal token
 */
export type VerifyCaller = (headers: RequestHeaders, requestId: string) => Promise<Caller>;

const cachedTokens = 10_000;
const clockToleranceSeconds = 5;

/**
 * Verifies callers by the gateway's public keys. A verified token is remembered, by its hash, until it expires.
 *
 * @param options.jwksFile the public keys; read again when it changes, and it may appear later
 */
export function createVerifyCaller(options: { jwksFile: string; logger: Logger }): VerifyCaller {
  const keys = new KeyFile(options.jwksFile);
  const verified = new BoundedMap<string, VerifiedToken & { expiresAt: number }>(cachedTokens);

  async function verify(token: string): Promise<VerifiedToken> {
    const key = hash('sha256', token, 'base64');
    const known = verified.get(key);
    if (known && known.expiresAt > Date.now()) return known;
    const { payload } = await jwtVerify<InternalClaims>(token, (header) => keys.find(header), {
      algorithms: ['EdDSA', 'Ed25519'],
      issuer: 'kronos-gateway',
      audience: 'kronos-subgraph',
      requiredClaims: ['exp'],
      clockTolerance: clockToleranceSeconds,
    });
    const claims = readClaims(payload);
    verified.set(key, { ...claims, expiresAt: payload.exp! * 1000 });
    return claims;
  }

  return async (headers, requestId) => {
    const token = /^Bearer (\S+)$/i.exec(String(headers.authorization ?? ''))?.[1];
    if (!token) throw unauthenticated(refusal);
    const { viewer, service, tokenExpiresAt } = await verify(token).catch((error: Error) => {
      options.logger.warn({ requestId, reason: error.message }, 'internal token refused');
      throw unauthenticated(refusal);
    });
    return {
      viewer,
      ...(service && { service }),
      ...(tokenExpiresAt && { tokenExpiresAt }),
      requestId,
      clientAddress: single(headers['x-kronos-client-address']) ?? 'unknown',
      userAgent: single(headers['x-kronos-client-agent']) ?? null,
      clientApplicationId: single(headers['x-kronos-client-application']) ?? null,
      traceparent: single(headers.traceparent) ?? null,
      ...(headers.tracestate && { tracestate: single(headers.tracestate) }),
    };
  };
}

const refusal = 'This subgraph answers to its gateway only.';

interface InternalClaims {
  sid?: string;
  scope?: string;
  roles?: string[];
  /** The OAuth client by which the subject acts, or which it is. */
  client_id?: string;
  /** The API token that the request came with. */
  api_token?: string;
  /** Who really acts, and by which impersonation. */
  act?: { sub: string };
  impersonation?: string;
  tokenExp?: number;
  auth_time?: number;
  amr?: string[];
  mfa_enrolled?: boolean;
}

function readClaims(claims: InternalClaims & { sub?: string }): VerifiedToken {
  const {
    sub,
    sid,
    scope,
    roles,
    client_id: client,
    tokenExp,
    auth_time: authTime,
    amr,
    mfa_enrolled,
    api_token: apiToken,
  } = claims;
  if (sub === undefined) return { viewer: null };
  const scopes = new Set(scope?.split(' ').filter(Boolean));
  const expiry = tokenExp === undefined ? {} : { tokenExpiresAt: new Date(tokenExp * 1000) };
  if (client === sub) return { viewer: null, service: { clientId: decodeClient(client), scopes }, ...expiry };
  const viewer: Viewer = {
    userId: decodeId('user', sub),
    sessionId: sid === undefined ? null : decodeId('session', sid),
    scopes,
    roles: roles ?? [],
    authenticatedAt: authTime === undefined ? null : new Date(authTime * 1000),
    amr: amr ?? [],
    hasSecondFactor: mfa_enrolled === true,
    ...(client !== undefined && { clientId: decodeClient(client) }),
    ...(apiToken !== undefined && { apiTokenId: decodeId('api_token', apiToken) }),
    ...impersonationOf(claims),
  };
  return { viewer, ...expiry };
}

function impersonationOf({ act, impersonation }: InternalClaims): Pick<Viewer, 'impersonation'> {
  if (!act || !impersonation) return {};
  return {
    impersonation: { id: decodeId('impersonation', impersonation), actorId: decodeId('user', act.sub) },
  };
}

function decodeClient(id: string): string {
  return decodeId('oauth_client', id);
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

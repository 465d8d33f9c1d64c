import { tryDecodeId } from '@kronos/subgraph';
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import type { Services } from '../context.ts';
import { isSessionOpen } from '../session.rules.ts';
import { accessTokenAlgorithm } from '../signing-key.rules.ts';

/** Whose access tokens are looked at. */
export interface TokenIssuers {
  issuers: string[];
  audience: string;
}

/**
 * What a JWT access token of ours says, when it is good at this moment: signed, not expired, its session open, and its client
 * still there.
 *
 * @returns null for everything else, without a reason (RFC 7662, 2.2)
 */
export async function readAccessToken(
  { database, signingKeys }: Pick<Services, 'database' | 'signingKeys'>,
  { issuers, audience }: TokenIssuers,
  token: string,
): Promise<JWTPayload | null> {
  const published = await signingKeys.published();
  const keys = published.map(({ key }) => ({
    ...(key.publicKey as object),
    kid: key.kid,
    alg: key.algorithm,
  }));
  const payload = await jwtVerify(token, createLocalJWKSet({ keys } as JSONWebKeySet), {
    issuer: issuers,
    audience,
    algorithms: [accessTokenAlgorithm],
  })
    .then((verified) => verified.payload)
    .catch(() => null);
  if (!payload) return null;
  if (payload.sid !== undefined) {
    const id = tryDecodeId('session', String(payload.sid));
    const session = id && (await database.session.findUnique({ where: { id } }));
    if (!session || !isSessionOpen(session, new Date())) return null;
  }
  if (payload.client_id !== undefined) {
    const id = tryDecodeId('oauth_client', String(payload.client_id));
    if (!id || (await database.oAuthClient.count({ where: { id } })) === 0) return null;
  }
  return (await isEnded({ database }, payload)) ? null : payload;
}

/** Whether what the token was issued for has ended beside the session: an API token, or an impersonation. */
async function isEnded({ database }: Pick<Services, 'database'>, payload: JWTPayload): Promise<boolean> {
  if (payload.api_token !== undefined) {
    const id = tryDecodeId('api_token', String(payload.api_token));
    const token = id && (await database.apiToken.findUnique({ where: { id } }));
    return !token || token.revokedAt !== null || token.expiresAt <= new Date();
  }
  if (payload.impersonation !== undefined) {
    const id = tryDecodeId('impersonation', String(payload.impersonation));
    const impersonation = id && (await database.impersonation.findUnique({ where: { id } }));
    return !impersonation || impersonation.endedAt !== null;
  }
  return false;
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { encodeId } from '@kronos/subgraph';
import { z } from 'zod';
import type { IdTokenAlgorithm } from '../__generated__/types.ts';
import { addClient } from '../oauth-client.create.ts';
import { clientFields } from '../oauth-client.input.ts';
import { clientFaults } from '../oauth-client.rules.ts';
import type { RaisedSecurityEvent } from '../security-event.raise.ts';
import { idTokenAlgorithms } from './client-metadata.ts';

/** Where programs register themselves, when they may. */
export const registrationPath = '/oauth/clients';

/** All that a program may ask of people that no administrator has looked at: no right is among it. */
const scopes = ['openid', 'email', 'kronos'];
/** Nor has it a name of its own, in which it could call. */
const grantTypes = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

/** What we take of a client's metadata (RFC 7591, 2). What else it says of itself is left out, as the RFC wants it. */
const metadata = z.object({
  client_name: clientFields.name,
  redirect_uris: clientFields.redirectUris.default([]),
  post_logout_redirect_uris: clientFields.postLogoutRedirectUris.default([]),
  grant_types: z
    .enum(grantTypes, `One or more of ${grantTypes.join(', ')}.`)
    .array()
    .min(1)
    .max(10)
    .transform((grants) => [...new Set(grants)])
    .default(['authorization_code']),
  response_types: z.enum(['code'], 'There is code alone.').array().max(10).optional(),
  scope: z
    .string()
    .max(200)
    .default(scopes.join(' '))
    .transform((text) => [...new Set(text.split(' ').filter(Boolean))])
    .refine((asked) => asked.every((scope) => scopes.includes(scope)), `Some of ${scopes.join(', ')}.`),
  token_endpoint_auth_method: z
    .enum(['client_secret_basic', 'client_secret_post', 'none'])
    .default('client_secret_basic'),
  id_token_signed_response_alg: z.enum(['RS256', 'EdDSA']).default('RS256'),
});

export interface RegistrationOptions {
  services: Parameters<typeof addClient>[0];
  /** What whoever may register programs shows, as `authorization: Bearer …`. */
  token: string;
}

/**
 * Registers a client that asks for it itself (RFC 7591), in the table of `oauthClientCreate`, for those who have the initial
 * access token. The provider's own registration knows of no scopes of the graph and keeps secrets, not hashes.
 *
 * @param by the request as the gateway knows it, for the trail
 */
export async function registerClient(
  { services, token }: RegistrationOptions,
  { authorization, body }: { authorization: string | undefined; body: unknown },
  by: RaisedSecurityEvent['by'],
): Promise<{ status: number; headers?: Record<string, string>; body: object }> {
  if (!isToken(authorization, token)) {
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      body: { error: 'invalid_token', error_description: 'The initial access token is missing or wrong.' },
    };
  }
  const read = metadata.safeParse(body);
  if (!read.success) {
    const [{ path, message }] = read.error.issues as [z.core.$ZodIssue];
    return refuse(String(path[0] ?? ''), path.length > 0 ? `${path.join('.')}: ${message}` : message);
  }
  const given = read.data;
  const isConfidential = given.token_endpoint_auth_method !== 'none';
  const input = {
    name: given.client_name,
    scopes: given.scope,
    grantTypes: given.grant_types,
    redirectUris: given.redirect_uris,
    postLogoutRedirectUris: given.post_logout_redirect_uris,
    idTokenAlgorithm: toIdTokenAlgorithm(given.id_token_signed_response_alg),
    isConfidential,
  };
  const [fault] = clientFaults(input);
  if (fault) return refuse(fault.field === 'redirectUris' ? 'redirect_uris' : '', fault.message);

  const { oauthClient, secret } = await addClient(services, input, by);
  return {
    status: 201,
    body: {
      ...given,
      client_id: encodeId('oauth_client', oauthClient.id),
      client_id_issued_at: Math.floor(oauthClient.createdAt.getTime() / 1000),
      ...(secret && { client_secret: secret, client_secret_expires_at: 0 }),
      response_types: oauthClient.grantTypes.includes('authorization_code') ? ['code'] : [],
      scope: given.scope.join(' '),
    },
  };
}

function isToken(authorization: string | undefined, token: string): boolean {
  const shown = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const hashOf = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hashOf(shown), hashOf(token));
}

function refuse(field: string, description: string) {
  const isUri = field === 'redirect_uris';
  return {
    status: 400,
    body: {
      error: isUri ? 'invalid_redirect_uri' : 'invalid_client_metadata',
      error_description: description,
    },
  };
}

function toIdTokenAlgorithm(algorithm: string): IdTokenAlgorithm {
  return algorithm === idTokenAlgorithms.EDDSA ? 'EDDSA' : 'RS256';
}

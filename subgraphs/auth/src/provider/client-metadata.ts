import type { OAuthClient, OAuthClientSecret } from '@kronos/prisma-auth';
import { encodeId } from '@kronos/subgraph';
import type { AllClientMetadata } from 'oidc-provider';
import type { IdTokenAlgorithm } from '../__generated__/types.ts';
import { graphScopesAmong } from '../oauth-client.rules.ts';
import type { SigningAlgorithm } from '../signing-key.rules.ts';

/** What we tell the provider of a client beside what OAuth has a name for. */
export interface KronosMetadata {
  /** The hashes of the secrets that are good now. */
  kronos_secrets: string[];
  /** What it may ask for at the graph. */
  kronos_scopes: string[];
}

/** The scopes that are the provider's own affair, and no resource's. */
export const providerScopes = ['openid', 'email', 'offline_access'];

/** What ID tokens are signed by, by the names of RFC 7518 and RFC 8037. */
export const idTokenAlgorithms = {
  RS256: 'RS256',
  EDDSA: 'EdDSA',
} as const satisfies Record<IdTokenAlgorithm, SigningAlgorithm>;

/** A client by the names of OpenID Connect Dynamic Client Registration 1.0. */
export function toMetadata(
  client: OAuthClient & { secrets: OAuthClientSecret[] },
): AllClientMetadata & KronosMetadata {
  const isNative = client.redirectUris.some((uri) => !uri.startsWith('https:'));
  return {
    client_id: encodeId('oauth_client', client.id),
    client_name: client.name,
    // Whose ports do not count: it is the loopback address of somebody's own device (RFC 8252, 7.3).
    application_type: isNative ? 'native' : 'web',
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    scope: client.scopes.filter((scope) => providerScopes.includes(scope)).join(' ') || undefined,
    // Which of the two ways of sending the secret, is the client's affair: `compareClientSecret` looks at hashes.
    token_endpoint_auth_method: client.isConfidential ? 'client_secret_basic' : 'none',
    ...(client.isConfidential && { client_secret: 'kept as a hash' }),
    id_token_signed_response_alg: idTokenAlgorithms[client.idTokenAlgorithm as IdTokenAlgorithm],
    kronos_secrets: client.secrets.map(({ hash }) => hash),
    kronos_scopes: graphScopesAmong(client.scopes),
  };
}

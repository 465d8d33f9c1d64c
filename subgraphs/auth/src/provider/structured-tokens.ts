import { tryDecodeId } from '@kronos/subgraph';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Services } from '../context.ts';
import { readAccessToken, type TokenIssuers } from './access-token-state.ts';
import { callerOf } from './caller.ts';
import type { KronosMetadata } from './client-metadata.ts';
import { revokeGrant } from './grants.ts';

/**
 * Answers for access tokens that are JWTs at the endpoints for introspection (RFC 7662) and revocation (RFC 7009). The
 * provider keeps none and refuses them there; we know their sessions. It runs when the provider has answered, and has
 * authenticated the client.
 */
export async function answerForStructuredTokens(
  ctx: KoaContextWithOIDC,
  services: Pick<Services, 'database' | 'signingKeys'>,
  issuers: TokenIssuers,
): Promise<void> {
  const { oidc } = ctx;
  const isAsked = oidc?.route === 'introspection' || oidc?.route === 'revocation';
  if (!isAsked || (ctx.body as { error?: string } | undefined)?.error !== 'unsupported_token_type') return;
  const client = oidc.client as unknown as KronosMetadata & { clientId: string };
  const payload = await readAccessToken(services, issuers, String(oidc.params?.token));
  const isOwn = payload?.client_id === client.clientId;
  ctx.status = 200;

  if (oidc.route === 'revocation') {
    ctx.body = '';
    const sessionId = isOwn ? tryDecodeId('session', String(payload?.sid)) : null;
    const ending = { because: 'TOKEN_REVOKED', by: callerOf(ctx.req), actorId: null } as const;
    if (sessionId) await revokeGrant(services.database, sessionId, ending);
    return;
  }
  const mayRead = isOwn || client.kronos_scopes.includes('service');
  ctx.body = payload && mayRead ? { ...payload, active: true, token_type: 'Bearer' } : { active: false };
}

import { tryDecodeId } from '@kronos/subgraph';
import type { QueryTokenIntrospectArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { readAccessToken } from './provider/access-token-state.ts';

/** No access token of ours is nearly as long. */
const longestToken = 8192;

/** What an access token says, to a service that was called with it. */
export async function tokenIntrospect(
  _parent: unknown,
  { token }: QueryTokenIntrospectArgs,
  context: Context,
) {
  const { publicUrl, tokenIssuer, audience } = context.oauth;
  const issuers = { issuers: [publicUrl, tokenIssuer], audience };
  const payload = token.length <= longestToken ? await readAccessToken(context, issuers, token) : null;
  if (!payload) return { active: false, user: null, clientId: null, scopes: [], expiresAt: null };
  const userId = tryDecodeId('user', payload.sub ?? '');
  return {
    active: true,
    user: userId ? { id: userId } : null,
    clientId: payload.client_id ? String(payload.client_id) : null,
    scopes: String(payload.scope ?? '')
      .split(' ')
      .filter(Boolean),
    expiresAt: new Date(payload.exp! * 1000),
  };
}

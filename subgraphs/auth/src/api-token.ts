import type { ApiToken as ApiTokenRow } from '@kronos/prisma-auth';
import { type ConnectionArguments, connection, encodeId, requirePerson, tryDecodeId } from '@kronos/subgraph';
import type { QueryApiTokenArgs, QueryApiTokensArgs, Resolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { isSelfOr } from './viewer.rules.ts';

/** An API token for those who may see it; null for all others, as if there were none. */
export async function apiToken(
  _parent: unknown,
  { id }: QueryApiTokenArgs,
  context: Context,
): Promise<ApiTokenRow | null> {
  const tokenId = tryDecodeId('api_token', id);
  const row = tokenId ? await context.apiTokens.load(tokenId) : null;
  return row && isSelfOr(context.viewer, row.accountId, 'auth:admin') ? row : null;
}

/** The caller's own. */
export function apiTokens(_parent: unknown, args: QueryApiTokensArgs, context: Context) {
  return usableApiTokens(requirePerson(context).userId, args, context);
}

/** One page of somebody's tokens that can be used, newest first. */
export function usableApiTokens(accountId: string, args: ConnectionArguments, { database }: Context) {
  return connection({
    delegate: database.apiToken,
    args,
    where: { accountId, revokedAt: null, expiresAt: { gt: new Date() } },
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
}

export const ApiToken: Resolvers['ApiToken'] = {
  __resolveReference: ({ id }, context) => apiToken(null, { id }, context),
  id: ({ id }) => encodeId('api_token', id),
  user: ({ accountId }) => ({ id: accountId }),
  operations: ({ operations }) => (operations.length > 0 ? operations.map((hash) => `sha256:${hash}`) : null),
};

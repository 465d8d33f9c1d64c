import type { OAuthClient as OAuthClientRow } from '@kronos/prisma-auth';
import { connection, decodeId, encodeId, scopesOf, tryDecodeId } from '@kronos/subgraph';
import type { OAuthClientResolvers, QueryResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';

export const oauthClients: QueryResolvers['oauthClients'] = (_parent, args, { database }) =>
  connection<OAuthClientRow>({
    delegate: database.oAuthClient,
    args,
    where: {},
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });

export const oauthClient: QueryResolvers['oauthClient'] = (_parent, { id }, context) =>
  context.oauthClients.load(decodeId('oauth_client', id));

export const OAuthClient: OAuthClientResolvers = {
  __resolveReference({ id }, context: Context) {
    const clientId = tryDecodeId('oauth_client', id);
    const maySee = scopesOf(context)?.has('auth:admin');
    return clientId && maySee ? context.oauthClients.load(clientId) : null;
  },
  id: ({ id }) => encodeId('oauth_client', id),
  confidential: ({ isConfidential }) => isConfidential,
  secrets: async ({ id }, _args, { secretsOf }) => (await secretsOf.load(id)).slice(0, 2),
};

import {
  connection,
  encodeId,
  mutation,
  requireOwnLogin,
  tryDecodeId,
  UserFault,
  userFaults,
} from '@kronos/subgraph';
import type {
  AuthorizationResolvers,
  MutationAuthorizationRevokeArgs,
  UserAuthorizationsArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { endSessions } from './session.end.ts';
import { isSelfOr } from './viewer.rules.ts';

/** What somebody has let programs do: the sessions of theirs that clients hold, while they are open. */
export function authorizationsOf(userId: string, args: UserAuthorizationsArgs, { database }: Context) {
  return connection({
    delegate: database.session,
    args,
    where: { accountId: userId, clientId: { not: null }, revokedAt: null, expiresAt: { gt: new Date() } },
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
}

/** Takes back what the caller or, by `auth:admin`, anybody has let a program do. What has ended already stays as it is. */
export const authorizationRevoke = mutation(
  async (_parent: unknown, { id }: MutationAuthorizationRevokeArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const sessionId = tryDecodeId('authorization', id);
    const session = sessionId ? await context.sessions.load(sessionId) : null;
    const isTheirs = session && isSelfOr(context.viewer, session.accountId, 'auth:admin');
    if (!session?.clientId || !isTheirs) {
      return userFaults(
        new UserFault({ code: 'NOT_FOUND', message: 'There is no such authorization.', field: ['id'] }),
      );
    }
    const details = { client: encodeId('oauth_client', session.clientId), scopes: session.clientScopes };
    await context.database.$transaction(async (transaction) => {
      const kind = 'OAUTH_CONSENT_REVOKED';
      await endSessions(transaction, { id: session.id }, { kind, because: 'REVOKED', by: context, details });
    });
    return { revokedId: id };
  },
);

export const Authorization: AuthorizationResolvers = {
  id: ({ id }) => encodeId('authorization', id),
  clientId: ({ clientId }) => (clientId ? encodeId('oauth_client', clientId) : null),
  clientName: async ({ clientId }, _args, { oauthClients }) =>
    clientId ? ((await oauthClients.load(clientId))?.name ?? null) : null,
  scopes: ({ clientScopes }) => clientScopes,
  lastUsedAt: ({ lastSeenAt }) => lastSeenAt,
};

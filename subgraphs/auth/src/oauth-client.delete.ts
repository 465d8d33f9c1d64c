import { appendToOutbox } from '@kronos/events';
import { encodeId, mutation, requireRecentLogin } from '@kronos/subgraph';
import type { MutationOauthClientDeleteArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { lockClient } from './oauth-client.find.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions } from './session.end.ts';

/** Deletes a client with its secrets, and ends what people have let it open. */
export const oauthClientDelete = mutation(
  async (_parent: unknown, { id }: MutationOauthClientDeleteArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    return context.database.$transaction(async (transaction) => {
      const client = await lockClient(transaction, id);
      const deletedId = encodeId('oauth_client', client.id);
      const details = { client: deletedId };
      const ending = { because: 'CLIENT_DELETED', by: context, details } as const;
      await endSessions(transaction, { clientId: client.id }, ending);
      await transaction.oAuthClient.delete({ where: { id: client.id } });
      const payload = { clientId: client.id, scopes: [], isDeleted: true };
      await appendToOutbox(transaction, 'oauthClientChanged', payload);
      await raiseSecurityEvent(transaction, {
        kind: 'OAUTH_CLIENT_DELETED',
        userId: null,
        by: context,
        details,
      });
      return { deletedId };
    });
  },
);

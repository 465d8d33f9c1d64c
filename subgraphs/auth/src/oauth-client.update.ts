import { appendToOutbox } from '@kronos/events';
import { mutation, requireRecentLogin, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationOauthClientUpdateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { lockClient } from './oauth-client.find.ts';
import { assertFitsTogether, assertMayGive, clientFields } from './oauth-client.input.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

const shape = z.object(clientFields).partial();

/** Changes a client; what it may ask for is announced, so that tokens with more are refused. */
export const oauthClientUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationOauthClientUpdateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const fields = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null));
    const changes = validInput(shape, fields);
    return context.database.$transaction(async (transaction) => {
      const before = await lockClient(transaction, id);
      const after = { ...before, ...changes };
      assertFitsTogether(after);
      // Another way in is a way to all that the client has.
      const isWayIn = changes.redirectUris ?? changes.postLogoutRedirectUris ?? changes.grantTypes;
      const given = isWayIn ? after.scopes : after.scopes.filter((scope) => !before.scopes.includes(scope));
      assertMayGive(given, context);
      const oauthClient = await transaction.oAuthClient.update({ where: { id: before.id }, data: changes });
      await raiseSecurityEvent(transaction, {
        kind: 'OAUTH_CLIENT_CHANGED',
        userId: null,
        by: context,
        details: { client: id, fields: Object.keys(changes), scopes: oauthClient.scopes },
      });
      if (changes.scopes) {
        const payload = { clientId: before.id, scopes: oauthClient.scopes, isDeleted: false };
        await appendToOutbox(transaction, 'oauthClientChanged', payload);
      }
      return { oauthClient };
    });
  },
);

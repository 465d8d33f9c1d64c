import { encodeId, mutation, newId, requireRecentLogin, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationOauthClientCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { assertFitsTogether, assertMayGive, clientFields } from './oauth-client.input.ts';
import { hashClientSecret, newClientSecret } from './oauth-client.secret.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

const shape = z.object({ ...clientFields, confidential: z.boolean() });

/** Registers a client; the answer is the only place where its secret ever stands. */
export const oauthClientCreate = mutation(
  async (_parent: unknown, args: MutationOauthClientCreateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { confidential: isConfidential, ...input } = validInput(shape, args.input);
    assertFitsTogether({ ...input, isConfidential });
    assertMayGive(input.scopes, context);
    const secret = isConfidential ? newClientSecret() : null;
    const id = newId();
    const oauthClient = await context.database.$transaction(async (transaction) => {
      await raiseSecurityEvent(transaction, {
        kind: 'OAUTH_CLIENT_CREATED',
        userId: null,
        by: context,
        details: { client: encodeId('oauth_client', id), scopes: input.scopes, grants: input.grantTypes },
      });
      return transaction.oAuthClient.create({
        data: {
          id,
          ...input,
          isConfidential,
          ...(secret && { secrets: { create: { hash: hashClientSecret(secret) } } }),
        },
      });
    });
    return { oauthClient, secret };
  },
);

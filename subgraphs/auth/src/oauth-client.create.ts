import type { OAuthClient, Prisma } from '@kronos/prisma-auth';
import { encodeId, mutation, newId, requireRecentLogin, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationOauthClientCreateArgs } from './__generated__/types.ts';
import type { Context, Services } from './context.ts';
import { assertFitsTogether, assertMayGive, clientFields } from './oauth-client.input.ts';
import { newClientSecret } from './oauth-client.secret.ts';
import { hashSecret } from './secret-token.ts';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';

const shape = z.object({ ...clientFields, confidential: z.boolean() });

/** Registers a client; the answer is the only place where its secret ever stands. */
export const oauthClientCreate = mutation(
  async (_parent: unknown, args: MutationOauthClientCreateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { confidential: isConfidential, ...input } = validInput(shape, args.input);
    assertFitsTogether({ ...input, isConfidential });
    assertMayGive(input.scopes, context);
    return addClient(context, { ...input, isConfidential }, context);
  },
);

/**
 * Adds a client, and says so in the trail.
 *
 * @param input what is known to be sound and to fit together
 * @param by who wants it
 * @returns the client, and its secret when it can keep one, which stands nowhere else
 */
export async function addClient(
  { database }: Pick<Services, 'database'>,
  input: Omit<Prisma.OAuthClientCreateInput, 'id'> & { scopes: string[]; grantTypes: string[] },
  by: RaisedSecurityEvent['by'],
): Promise<{ oauthClient: OAuthClient; secret: string | null }> {
  const secret = input.isConfidential ? newClientSecret() : null;
  const id = newId();
  const details = { client: encodeId('oauth_client', id), scopes: input.scopes, grants: input.grantTypes };
  const oauthClient = await database.$transaction(async (transaction) => {
    await raiseSecurityEvent(transaction, { kind: 'OAUTH_CLIENT_CREATED', userId: null, by, details });
    const secrets = secret && { secrets: { create: { hash: hashSecret(secret) } } };
    return transaction.oAuthClient.create({ data: { id, ...input, ...secrets } });
  });
  return { oauthClient, secret };
}

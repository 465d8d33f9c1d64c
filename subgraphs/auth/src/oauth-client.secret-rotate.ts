import { mutation, requireRecentLogin, UserFault, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationOauthClientSecretRotateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { lockClient } from './oauth-client.find.ts';
import { assertMayGive } from './oauth-client.input.ts';
import { newClientSecret } from './oauth-client.secret.ts';
import { hashSecret } from './secret-token.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

const expected = 'From 0 to 720 hours.';
const shape = z.object({ overlapHours: z.number().min(0, expected).max(720, expected).nullish() });
const hour = 60 * 60 * 1000;

/** Makes another secret. The newest before goes on for the overlap; of older ones nothing is left. */
export const oauthClientSecretRotate = mutation(
  async (_parent: unknown, { id, input }: MutationOauthClientSecretRotateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { overlapHours } = validInput(shape, input ?? {});
    const secret = newClientSecret();
    const oauthClient = await context.database.$transaction(async (transaction) => {
      const client = await lockClient(transaction, id);
      // Whoever reads the new secret has all that the client has.
      assertMayGive(client.scopes, context);
      if (!client.isConfidential) return keepsNoSecret();
      const [newest] = await transaction.oAuthClientSecret.findMany({
        where: { clientId: client.id },
        orderBy: { createdAt: 'desc' },
        take: 1,
      });
      const end = new Date(Date.now() + (overlapHours ?? 24) * hour);
      await transaction.oAuthClientSecret.deleteMany({
        where: { clientId: client.id, hash: { not: newest?.hash } },
      });
      await transaction.oAuthClientSecret.updateMany({
        where: { clientId: client.id },
        data: { expiresAt: end },
      });
      await transaction.oAuthClientSecret.create({
        data: { hash: hashSecret(secret), clientId: client.id },
      });
      await raiseSecurityEvent(transaction, {
        kind: 'OAUTH_CLIENT_CHANGED',
        userId: null,
        by: context,
        details: { client: id, fields: ['secret'] },
      });
      return client;
    });
    return { oauthClient, secret };
  },
);

function keepsNoSecret(): never {
  return userFaults(
    new UserFault({ code: 'INVALID', message: 'This client can keep no secret.', field: ['id'] }),
  );
}

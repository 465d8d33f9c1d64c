import { appendAllToOutbox } from '@kronos/events';
import type { ApiToken, Prisma } from '@kronos/prisma-auth';
import { encodeId, mutation, requireOwnLogin, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationApiTokenRevokeArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';
import { isSelfOr } from './viewer.rules.ts';

/**
 * Revokes the usable ones of these API tokens, each with its event. A token is revoked once, however many try at a time.
 *
 * @param by who wants it; null when it follows from something else
 * @returns the tokens that this call has revoked
 */
export async function revokeApiTokens(
  transaction: Prisma.TransactionClient,
  where: Prisma.ApiTokenWhereInput,
  by: RaisedSecurityEvent['by'],
): Promise<ApiToken[]> {
  const now = new Date();
  const revoked = await transaction.apiToken.updateManyAndReturn({
    where: { AND: [where, { revokedAt: null, expiresAt: { gt: now } }] },
    data: { revokedAt: now },
  });
  const payloads = revoked.map(({ id, accountId }) => ({ apiTokenId: id, userId: accountId }));
  await appendAllToOutbox(transaction, 'apiTokenRevoked', payloads);
  for (const { id, accountId: userId } of revoked) {
    const details = { apiToken: encodeId('api_token', id) };
    await raiseSecurityEvent(transaction, { kind: 'API_TOKEN_REVOKED', userId, by, details });
  }
  return revoked;
}

/** Revokes an API token of the caller or, by `auth:admin`, of anyone. One that has ended already stays as it is. */
export const apiTokenRevoke = mutation(
  async (_parent: unknown, { id }: MutationApiTokenRevokeArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const tokenId = tryDecodeId('api_token', id);
    const token = tokenId ? await context.apiTokens.load(tokenId) : null;
    if (!token || !isSelfOr(context.viewer, token.accountId, 'auth:admin')) return notFound();
    const [revoked] = await context.database.$transaction((transaction) =>
      revokeApiTokens(transaction, { id: token.id }, context),
    );
    return { apiToken: revoked ?? token };
  },
);

function notFound(): never {
  return userFaults(
    new UserFault({ code: 'NOT_FOUND', message: 'There is no such API token.', field: ['id'] }),
  );
}

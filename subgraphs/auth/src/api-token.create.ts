import { newOpaqueToken } from '@kronos/service';
import {
  encodeId,
  mutation,
  newId,
  requirePerson,
  UserFault,
  unauthenticated,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import type { MutationApiTokenCreateArgs } from './__generated__/types.ts';
import { apiTokenShape, maxApiTokens } from './api-token.rules.ts';
import type { Context } from './context.ts';
import { catchUpWithUsers } from './on-users.ts';
import { requireRecentProof } from './recent-proof.ts';
import { hashSecret } from './secret-token.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/** Makes an API token of the caller, with no scope that the caller does not have. Only its hash is kept. */
export const apiTokenCreate = mutation(
  async (_parent: unknown, { input }: MutationApiTokenCreateArgs, context: Context) => {
    await requireRecentProof(context);
    const { userId, scopes: own } = requirePerson(context);
    const wanted = validInput(apiTokenShape(new Date()), input);
    refuseForeignScopes(wanted.scopes, own);
    await catchUpWithUsers(context);

    const id = newId();
    const idText = encodeId('api_token', id);
    const secret = newOpaqueToken(idText.slice(idText.lastIndexOf('_') + 1));
    const apiToken = await context.database.$transaction(async (transaction) => {
      // One after the other for one person, so that two at the same moment do not both find room for one more.
      const [account] = await transaction.$queryRaw<{ scopes: string[]; suspendedAt: Date | null }[]>`
        SELECT scopes, suspended_at AS "suspendedAt" FROM account WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
      if (!account || account.suspendedAt) throw unauthenticated('Your account is closed.');
      refuseForeignScopes(wanted.scopes, new Set(account.scopes));
      const usable = { accountId: userId, revokedAt: null, expiresAt: { gt: new Date() } };
      if ((await transaction.apiToken.count({ where: usable })) >= maxApiTokens) tooMany();
      const { scopes, operations, expiresAt } = wanted;
      const details = {
        apiToken: idText,
        scopes,
        operations: operations.length,
        expiresAt: expiresAt.toISOString(),
      };
      await raiseSecurityEvent(transaction, { kind: 'API_TOKEN_CREATED', userId, by: context, details });
      return transaction.apiToken.create({
        data: { ...wanted, id, accountId: userId, hash: hashSecret(secret) },
      });
    });
    return { apiToken, secret };
  },
);

function refuseForeignScopes(scopes: readonly string[], own: ReadonlySet<string>): void {
  const foreign = scopes.filter((scope) => !own.has(scope));
  if (foreign.length === 0) return;
  userFaults(
    new UserFault({
      code: 'INVALID',
      message: 'A token can have no scope that you do not have.',
      field: ['input', 'scopes'],
      details: { scopes: foreign },
    }),
  );
}

function tooMany(): never {
  return userFaults(
    new UserFault({
      code: 'INVALID',
      message: `You have ${maxApiTokens} API tokens, which is as many as there may be: revoke one first.`,
      details: { maximum: maxApiTokens },
    }),
  );
}

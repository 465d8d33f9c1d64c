import type { Prisma } from '@kronos/prisma-auth';
import { mutation, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationIdentityUnlinkArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { isSelfOr } from './viewer.rules.ts';

/** Unlinks an identity of the caller or, by `auth:admin`, of anybody, unless nobody could log in to the account then. */
export const identityUnlink = mutation(
  async (_parent: unknown, { id }: MutationIdentityUnlinkArgs, context: Context) => {
    const { database, viewer } = context;
    const identityId = tryDecodeId('linkedidentity', id);
    const identity = identityId
      ? await database.linkedIdentity.findUnique({ where: { id: identityId } })
      : null;
    if (!identity || !isSelfOr(viewer, identity.accountId, 'auth:admin')) return notFound();
    await requireRecentProof(context);
    const { accountId, provider } = identity;
    await database.$transaction(async (transaction) => {
      // Two at the same moment would each leave the other as the last way in.
      await transaction.$queryRaw`SELECT 1 FROM account WHERE id = ${accountId}::uuid FOR UPDATE`;
      const { count } = await transaction.linkedIdentity.deleteMany({ where: { id: identity.id } });
      if (count === 0) notFound();
      await requireWayIn(transaction, context, accountId);
      await noteUnlinked(transaction, context, accountId, provider);
    });
    return { linkedIdentity: identity };
  },
);

/**
 * Unlinks all identities of an account that is given back to its owner: whoever had it may have linked one of their own.
 */
export async function unlinkAll(
  transaction: Prisma.TransactionClient,
  context: Context,
  accountId: string,
): Promise<void> {
  const linked = await transaction.linkedIdentity.findMany({ where: { accountId } });
  await transaction.linkedIdentity.deleteMany({ where: { accountId } });
  for (const { provider } of linked) await noteUnlinked(transaction, context, accountId, provider);
}

/**
 * Holds the end of a transaction to there being a way in: a password, a passkey, or an identity of a provider that there is.
 *
 * @throws UserFaults with LAST_CREDENTIAL
 */
export async function requireWayIn(
  transaction: Prisma.TransactionClient,
  { foreignProviders }: Pick<Context, 'foreignProviders'>,
  accountId: string,
): Promise<void> {
  const ways = await transaction.account.count({
    where: {
      id: accountId,
      OR: [
        { passwordHash: { not: null } },
        { mfaFactors: { some: { kind: 'PASSKEY', verifiedAt: { not: null } } } },
        { identities: { some: { provider: { in: [...foreignProviders.names] } } } },
      ],
    },
  });
  if (ways > 0) return;
  userFaults(
    new UserFault({
      code: 'LAST_CREDENTIAL',
      message:
        'Nobody could log in to this account any more: set a password by `passwordResetRequest`, or add a passkey first.',
      field: ['id'],
    }),
  );
}

function noteUnlinked(
  transaction: Prisma.TransactionClient,
  context: Context,
  accountId: string,
  provider: string,
): Promise<string> {
  const event = { kind: 'IDENTITY_UNLINKED', userId: accountId, by: context } as const;
  return raiseSecurityEvent(transaction, { ...event, details: { provider } });
}

function notFound(): never {
  return userFaults(
    new UserFault({ code: 'NOT_FOUND', message: 'There is no such linked identity.', field: ['id'] }),
  );
}

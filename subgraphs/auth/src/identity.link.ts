import type { LinkedIdentity, Prisma } from '@kronos/prisma-auth';
import {
  mutation,
  newId,
  requireOwnLogin,
  requirePerson,
  UserFault,
  unlessTaken,
  userFaults,
} from '@kronos/subgraph';
import type { MutationIdentityLinkArgs, MutationIdentityLinkStartArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { beginAttempt, finishAttempt } from './identity.attempt.ts';
import type { ForeignIdentity } from './identity.provider.ts';
import { requireRecentProof } from './recent-proof.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';

/** Sends the caller to another provider, to link their account there. */
export const identityLinkStart = mutation(
  async (_parent: unknown, { input }: MutationIdentityLinkStartArgs, context: Context) => {
    const { userId } = requirePerson(context);
    await requireRecentProof(context);
    return beginAttempt(context, input, userId);
  },
);

/** Links what the caller came back with. That they had logged in a moment before, they have proved when they began it. */
export const identityLink = mutation(
  async (_parent: unknown, { input }: MutationIdentityLinkArgs, context: Context) => {
    const { userId } = requirePerson(context);
    requireOwnLogin(context.viewer);
    const identity = await finishAttempt(context, input, userId);
    const write = () =>
      context.database.$transaction((transaction) => writeIdentity(transaction, context, identity, userId));
    const linkedIdentity = await unlessTaken(write, refuseTaken);
    return { linkedIdentity };
  },
);

/** Writes that an identity is an account's, and notes it in the trail. */
export async function writeIdentity(
  transaction: Prisma.TransactionClient,
  context: Context,
  { provider, issuer, subject }: ForeignIdentity,
  accountId: string,
): Promise<LinkedIdentity> {
  const linked = await transaction.linkedIdentity.create({
    data: { id: newId(), accountId, provider, issuer, subject },
  });
  await raiseSecurityEvent(transaction, {
    kind: 'IDENTITY_LINKED',
    userId: accountId,
    actorId: accountId,
    by: context,
    details: { provider },
  });
  return linked;
}

function refuseTaken(): never {
  userFaults(
    new UserFault({
      code: 'IDENTITY_TAKEN',
      message:
        'It is linked to an account already, or yours is linked to another one of this provider: unlink that first.',
    }),
  );
}

import { appendAllToOutbox } from '@kronos/events';
import type { Impersonation, Prisma } from '@kronos/prisma-auth';
import { encodeId, mutation, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type { MutationImpersonationEndArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { type RaisedSecurityEvent, raiseSecurityEvent } from './security-event.raise.ts';

/**
 * Ends those of these impersonations that last, each with its event: gateways then refuse its token. It is ended once,
 * however many try at a time.
 *
 * @param by who wants it; null when it follows from something else, such as the end of the administrator's session
 * @returns the ones that this call has ended
 */
export async function endImpersonations(
  transaction: Prisma.TransactionClient,
  where: Prisma.ImpersonationWhereInput,
  by: RaisedSecurityEvent['by'],
): Promise<Impersonation[]> {
  const now = new Date();
  const ended = await transaction.impersonation.updateManyAndReturn({
    where: { AND: [where, { endedAt: null, expiresAt: { gt: now } }] },
    data: { endedAt: now },
  });
  const payloads = ended.map(({ id, userId, actorId }) => ({ impersonationId: id, userId, actorId }));
  await appendAllToOutbox(transaction, 'impersonationEnded', payloads);
  for (const { id, userId, actorId } of ended) {
    const details = { impersonation: encodeId('impersonation', id), actor: encodeId('user', actorId) };
    await raiseSecurityEvent(transaction, { kind: 'IMPERSONATION_ENDED', userId, by, details });
  }
  return ended;
}

/** Ends an impersonation of the caller's, be it from inside, or by `auth:admin` anyone's. */
export const impersonationEnd = mutation(
  async (_parent: unknown, { id }: MutationImpersonationEndArgs, context: Context) => {
    const impersonationId = tryDecodeId('impersonation', id);
    const found = impersonationId
      ? await context.database.impersonation.findUnique({ where: { id: impersonationId } })
      : null;
    if (!found || !mayEnd(found, context)) return notFound();
    const [ended] = await context.database.$transaction((transaction) =>
      endImpersonations(transaction, { id: found.id }, context),
    );
    return { impersonation: ended ?? found };
  },
);

function mayEnd({ id, actorId }: Impersonation, { viewer }: Context): boolean {
  // Inside, the caller is the user, who is not asked.
  if (viewer?.impersonation) return viewer.impersonation.id === id;
  return viewer?.userId === actorId || viewer?.scopes.has('auth:admin') === true;
}

function notFound(): never {
  return userFaults(
    new UserFault({ code: 'NOT_FOUND', message: 'There is no such impersonation.', field: ['id'] }),
  );
}

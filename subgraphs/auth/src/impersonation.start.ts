import type { Account } from '@kronos/prisma-auth';
import {
  encodeId,
  mutation,
  newId,
  requirePerson,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  unauthenticated,
  userFaults,
  validInput,
} from '@kronos/subgraph';
import type { MutationImpersonationStartArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { impersonationShape, isOutOfReach } from './impersonation.rules.ts';
import { catchUpWithUsers } from './on-users.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { isSessionOpen } from './session.rules.ts';

/**
 * Lets an administrator act under the name of somebody else for a while, with an access token that names both (RFC 8693).
 * The user is told at once. There is no refresh token: when it is over, it is over.
 */
export const impersonationStart = mutation(
  async (_parent: unknown, { input }: MutationImpersonationStartArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const actor = requirePerson(context);
    const { reason, minutes } = validInput(impersonationShape, input);
    await catchUpWithUsers(context);
    const account = await reachable(input.userId, context);

    const now = new Date();
    const row = {
      id: newId(),
      userId: account.id,
      actorId: actor.userId,
      actorSessionId: actor.sessionId!,
      reason,
      startedAt: now,
      expiresAt: new Date(now.getTime() + minutes * 60_000),
    };
    const impersonation = await context.database.$transaction(async (transaction) => {
      // Locked, so that a session that is ended at the same moment either prevents this or ends it.
      const [session] = await transaction.$queryRaw<{ revokedAt: Date | null; expiresAt: Date }[]>`
        SELECT revoked_at AS "revokedAt", expires_at AS "expiresAt" FROM session
        WHERE id = ${actor.sessionId}::uuid FOR SHARE`;
      if (!session || !isSessionOpen(session, now))
        throw unauthenticated('Your session is over: log in again.');
      const [target] = await transaction.$queryRaw<{ isClosed: boolean }[]>`
        SELECT suspended_at IS NOT NULL AS "isClosed" FROM account WHERE id = ${account.id}::uuid FOR SHARE`;
      if (!target || target.isClosed) refuse('INVALID', 'This account is closed.');
      const id = encodeId('impersonation', row.id);
      const details = { impersonation: id, minutes, expiresAt: row.expiresAt.toISOString() };
      const started = { kind: 'IMPERSONATION_STARTED', userId: account.id, by: context, details } as const;
      await raiseSecurityEvent(transaction, started);
      return transaction.impersonation.create({ data: row });
    });
    const issued = await context.accessTokens.issueForImpersonation(account, impersonation);
    return { impersonation, ...issued };
  },
);

/** The account of somebody whom the caller may act for. */
async function reachable(userId: string, { accounts, viewer }: Context): Promise<Account> {
  const id = tryDecodeId('user', userId);
  const account = id ? await accounts.load(id) : null;
  if (!account) return refuse('NOT_FOUND', 'There is no such user.');
  if (account.id === viewer?.userId) return refuse('INVALID', 'You need nobody’s leave to act as yourself.');
  if (account.suspendedAt) return refuse('INVALID', 'This account is closed.');
  const actor = await accounts.load(viewer!.userId);
  const actorScopes = new Set(actor?.scopes.filter((scope) => viewer!.scopes.has(scope)));
  if (isOutOfReach(account, actorScopes))
    return refuse('INVALID', 'This user has rights that you may not act with.');
  return account;
}

function refuse(code: string, message: string): never {
  return userFaults(new UserFault({ code, message, field: ['input', 'userId'] }));
}

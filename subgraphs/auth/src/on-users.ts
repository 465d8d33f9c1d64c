import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-auth';
import { revokeApiTokens } from './api-token.revoke.ts';
import type { Context } from './context.ts';
import { endImpersonations } from './impersonation.end.ts';
import { raiseSecurityEvent } from './security-event.raise.ts';
import { endSessions } from './session.end.ts';

/**
 * Keeps a copy of what the domain `users` says of each account: roles and scopes for the next access token, and whether
 * anybody may log in.
 */
export const onUsers: Handlers<Prisma.TransactionClient> = {
  async accessChanged(transaction, { payload: { userId, roles, scopes } }) {
    const before = await transaction.account.findUnique({ where: { id: userId } });
    if (!before) return;
    await transaction.account.update({ where: { id: userId }, data: { roles, scopes } });
    if (!scopes.includes('auth:impersonate')) await endImpersonations(transaction, { actorId: userId }, null);
    const details = {
      rolesGained: roles.filter((role) => !before.roles.includes(role)),
      rolesLost: before.roles.filter((role) => !roles.includes(role)),
      scopesGained: scopes.filter((scope) => !before.scopes.includes(scope)),
      scopesLost: before.scopes.filter((scope) => !scopes.includes(scope)),
    };
    const hasChanged = Object.values(details).some((names) => names.length > 0);
    if (hasChanged)
      await raiseSecurityEvent(transaction, { kind: 'ACCESS_CHANGED', userId, by: null, details });
  },
  async userSuspended(transaction, { payload: { userId, actorId }, occurredAt }) {
    // A session that is being opened holds its account (by its foreign key): either it is there before and is ended
    // here, or its opening waits, and finds the account closed (`openSession`).
    await transaction.$queryRaw`SELECT 1 FROM account WHERE id = ${userId}::uuid FOR UPDATE`;
    const data = { suspendedAt: occurredAt };
    const { count } = await transaction.account.updateMany({ where: { id: userId }, data });
    if (count === 0) return;
    await endSessions(transaction, { accountId: userId }, { because: 'USER_SUSPENDED', by: null, actorId });
    // Neither outlasts it: what was given before is asked for anew afterwards, as a session is.
    await revokeApiTokens(transaction, { accountId: userId }, null);
    await endImpersonations(transaction, { userId }, null);
    await raiseSecurityEvent(transaction, { kind: 'USER_SUSPENDED', userId, by: null, actorId });
  },
  async userReinstated(transaction, { payload: { userId, actorId } }) {
    const data = { suspendedAt: null };
    const { count } = await transaction.account.updateMany({ where: { id: userId }, data });
    if (count > 0)
      await raiseSecurityEvent(transaction, { kind: 'USER_REINSTATED', userId, by: null, actorId });
  },
};

/**
 * Waits for changes of rights that are on their way, so that tokens made after a change carry it. Tokens with the rights
 * known so far are better than none, so it gives up soon while the event log is away.
 */
export async function catchUpWithUsers(context: Context): Promise<void> {
  try {
    await context.users.catchUp(500);
  } catch (error) {
    context.logger.warn({ err: error }, 'tokens are issued with the rights known so far');
  }
}

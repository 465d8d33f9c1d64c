import type { Prisma, Session } from '@kronos/prisma-auth';
import {
  decodeId,
  mutation,
  requireOwnLogin,
  requireRecentLogin,
  tryDecodeId,
  UserFault,
  userFaults,
} from '@kronos/subgraph';
import type { MutationSessionRevokeArgs, MutationSessionsRevokeAllArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { endSessions } from './session.end.ts';
import { isSelfOr } from './viewer.rules.ts';

/** By the wish of the caller. */
function revoke(by: Context, where: Prisma.SessionWhereInput): Promise<Session[]> {
  return by.database.$transaction((transaction) =>
    endSessions(transaction, where, { because: 'REVOKED', by }),
  );
}

/** Ends a session of the caller or, by `auth:admin`, of anyone. One that has ended already stays as it is. */
export const sessionRevoke = mutation(
  async (_parent: unknown, { id }: MutationSessionRevokeArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const sessionId = tryDecodeId('session', id);
    const session = sessionId ? await context.sessions.load(sessionId) : null;
    if (!session || !isSelfOr(context.viewer, session.accountId, 'auth:admin')) {
      return notFound('id', 'There is no such session.');
    }
    const [revoked] = await revoke(context, { id: session.id });
    return { session: revoked ?? session };
  },
);

/** Ends all sessions of the caller or, by `auth:admin` and a recent login, of anyone. */
export const sessionsRevokeAll = mutation(
  async (_parent: unknown, args: MutationSessionsRevokeAllArgs, context: Context) => {
    requireOwnLogin(context.viewer);
    const accountId = decodeId('user', args.userId);
    const isAllowed = isSelfOr(context.viewer, accountId, 'auth:admin');
    if (!isAllowed || !(await context.accounts.load(accountId))) {
      return notFound('userId', 'There is no such user.');
    }
    if (accountId !== context.viewer?.userId) requireRecentLogin(context.viewer);
    await revoke(context, { accountId });
    return { user: { id: accountId } };
  },
);

function notFound(field: string, message: string): never {
  return userFaults(new UserFault({ code: 'NOT_FOUND', message, field: [field] }));
}

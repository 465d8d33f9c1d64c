import type { PrismaClient } from '@kronos/prisma-auth';
import type { Caller } from '@kronos/subgraph';
import { type InteractionResults, interactionPolicy } from 'oidc-provider';
import { endSessions } from '../session.end.ts';
import { isSessionOpen } from '../session.rules.ts';
import { callerOf } from './caller.ts';

/** What the login page answers the provider: whose login it is, and which of our sessions it has opened. */
export interface LoginResult extends InteractionResults {
  login: NonNullable<InteractionResults['login']> & { sessionId: string };
}

/**
 * When people are asked to log in: as the provider has it, and also when the session was ended that their login in this
 * browser has opened. So a login at the provider's pages is listed and ended like any other.
 */
export function loginPolicy(database: PrismaClient) {
  const policy = interactionPolicy.base();
  const loginIsOver = new interactionPolicy.Check(
    'login_over',
    'the login has been ended',
    'login_required',
    async (ctx) => {
      const { session, result } = ctx.oidc;
      if (!session?.accountId) return false;
      const login = (result as LoginResult | undefined)?.login;
      if (login) await bindToBrowser(database, login.sessionId, session.uid, callerOf(ctx.req));
      const opened = await database.session.findUnique({ where: { browserId: session.uid } });
      return !(opened && isSessionOpen(opened, new Date()));
    },
  );
  policy.get('login')?.checks.add(loginIsOver);
  return policy;
}

/** The session is that of this browser from now on; one that was before, is over. */
async function bindToBrowser(
  database: PrismaClient,
  id: string,
  browserId: string,
  by: Caller,
): Promise<void> {
  await database.$transaction(async (transaction) => {
    const where = { browserId, id: { not: id } };
    await endSessions(transaction, where, { because: 'LOGGED_IN_AGAIN', by, actorId: 'OWNER' });
    await transaction.session.updateMany({ where, data: { browserId: null } });
    await transaction.session.updateMany({ where: { id, revokedAt: null }, data: { browserId } });
  });
}

/** Ends what a browser's login has opened, because the person has logged out there. */
export async function endBrowserLogin(database: PrismaClient, browserId: string, by: Caller): Promise<void> {
  await database.$transaction((transaction) =>
    endSessions(transaction, { browserId }, { because: 'LOGGED_OUT', by, actorId: 'OWNER' }),
  );
}

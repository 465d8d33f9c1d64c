import { unauthenticated } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { isSessionOpen } from './session.rules.ts';

/** The caller. A token outlives its session by minutes at most; asked here, it is worth nothing from the first second. */
export async function viewer(_parent: unknown, _args: object, context: Context) {
  if (!context.viewer) return null;
  const { userId, sessionId, apiTokenId, impersonation, scopes } = context.viewer;
  const caller = { user: { id: userId }, scopes: [...scopes].sort() };
  if (apiTokenId) {
    const apiToken = await context.apiTokens.load(apiTokenId);
    if (!apiToken || apiToken.revokedAt) throw unauthenticated('The API token has been revoked.');
    return { ...caller, apiToken };
  }
  if (impersonation) {
    const row = await context.database.impersonation.findUnique({ where: { id: impersonation.id } });
    if (!row || row.endedAt || row.expiresAt <= new Date())
      throw unauthenticated('You act under the name of another no more.');
    return { ...caller, impersonation: row };
  }
  const session = sessionId ? await context.sessions.load(sessionId) : null;
  if (!session || !isSessionOpen(session, new Date())) {
    throw unauthenticated('Your session is over: log in again.');
  }
  return { ...caller, session };
}

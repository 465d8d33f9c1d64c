import { requireRecentLogin } from '@kronos/subgraph';
import type { Context } from './context.ts';

/**
 * `requireRecentLogin` by what the database says of the caller's account and session, not by what their access token said a
 * quarter of an hour ago: a factor that was added in the meantime is asked of every session that has not shown it.
 *
 * @throws what `requireRecentLogin` throws
 */
export async function requireRecentProof({ accounts, sessions, viewer }: Context): Promise<void> {
  requireRecentLogin(viewer);
  const { userId, sessionId } = viewer!;
  const [account, session] = await Promise.all([
    accounts.load(userId),
    sessionId ? sessions.load(sessionId) : null,
  ]);
  const hasSecondFactor = account?.hasSecondFactor ?? false;
  requireRecentLogin({ ...viewer!, hasSecondFactor, amr: session?.amr ?? viewer!.amr });
}

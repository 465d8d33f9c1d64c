import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteEnded } from './housekeeping.ts';
import { type Auth, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

test('what ended and what was used is kept for thirty days, then deleted', async () => {
  const { actor, refreshToken } = await signUp(auth);
  await refresh(auth, refreshToken);
  const sessions = () => auth.database.session.count({ where: { id: actor.sessionId } });
  const tokens = () => auth.database.refreshToken.count({ where: { sessionId: actor.sessionId } });

  await deleteEnded(auth.database, inDays(29));
  expect([await sessions(), await tokens()]).toEqual([1, 2]);
  await deleteEnded(auth.database, inDays(31));
  expect([await sessions(), await tokens()]).toEqual([1, 1]);
  await deleteEnded(auth.database, inDays(61));
  expect([await sessions(), await tokens()]).toEqual([0, 0]);
});

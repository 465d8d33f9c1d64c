import { encodeId } from '@kronos/subgraph';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, refresh, revokedSessionIds, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const refused = (code: string) => ({
  session: null,
  tokens: null,
  userErrors: [{ code, message: expect.any(String), field: ['input', 'refreshToken'] }],
});

test('a refresh token gives new tokens of the same session, and prolongs it', async () => {
  const { actor, accessToken, refreshToken } = await signUp(auth);
  const before = await auth.database.session.findUniqueOrThrow({ where: { id: actor.sessionId } });
  const { data } = await refresh(auth, refreshToken);
  const { session, tokens, userErrors } = data!.sessionRefresh;
  expect(userErrors).toEqual([]);
  expect(session).toMatchObject({ id: encodeId('session', actor.sessionId!), current: true });
  expect(Date.parse(session.lastSeenAt)).toBeGreaterThan(before.lastSeenAt.getTime());
  expect(Date.parse(session.expiresAt)).toBeGreaterThan(before.expiresAt.getTime());
  expect(tokens.refreshToken).not.toBe(refreshToken);
  expect(tokens.accessToken).not.toBe(accessToken);
  expect(actorOf(tokens.accessToken)).toEqual(actor);
});

test('a refresh proves nothing: when and by what the person logged in stays as it was', async () => {
  const { actor, refreshToken } = await signUp(auth);
  const authenticatedAt = new Date('2026-01-15T18:00:00Z');
  await auth.database.session.update({
    where: { id: actor.sessionId },
    data: { authenticatedAt, amr: ['hwk'] },
  });
  const { data } = await refresh(auth, refreshToken);
  expect(actorOf(data!.sessionRefresh.tokens.accessToken)).toMatchObject({ authenticatedAt, amr: ['hwk'] });
});

test('a refresh token used twice ends its session, whoever came second', async () => {
  const { actor, refreshToken } = await signUp(auth);
  const thief = await refresh(auth, refreshToken);
  const owner = await refresh(auth, refreshToken);
  expect(owner.data!.sessionRefresh).toEqual(refused('INVALID_CREDENTIALS'));

  const stolen = thief.data!.sessionRefresh.tokens;
  expect((await refresh(auth, stolen.refreshToken)).data!.sessionRefresh).toEqual(
    refused('INVALID_CREDENTIALS'),
  );
  const viewer = await auth.execute('{ viewer { session { id } } }', {}, actorOf(stolen.accessToken));
  expect(viewer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  expect(await revokedSessionIds(auth)).toContain(actor.sessionId);
});

test('of many uses at the same moment one succeeds, and the session ends once', async () => {
  const { actor, refreshToken } = await signUp(auth);
  const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(auth, refreshToken)));
  const successes = answers.filter(({ data }) => data!.sessionRefresh.tokens !== null);
  expect(successes).toHaveLength(1);
  const again = await refresh(auth, successes[0]!.data!.sessionRefresh.tokens.refreshToken);
  expect(again.data!.sessionRefresh).toEqual(refused('INVALID_CREDENTIALS'));
  expect((await revokedSessionIds(auth)).filter((id) => id === actor.sessionId)).toHaveLength(1);
});

test('of a thousand uses at the same moment one succeeds, and by policy the whole family is revoked', {
  timeout: 60_000,
}, async () => {
  const { actor, refreshToken } = await signUp(auth);
  const answers = await Promise.all(Array.from({ length: 1000 }, () => refresh(auth, refreshToken)));
  expect(answers.filter(({ errors }) => errors)).toEqual([]);
  const winners = answers.filter(({ data }) => data!.sessionRefresh.tokens !== null);
  expect(winners).toHaveLength(1);
  const again = await refresh(auth, winners[0]!.data!.sessionRefresh.tokens.refreshToken);
  expect(again.data!.sessionRefresh).toEqual(refused('INVALID_CREDENTIALS'));
  expect((await revokedSessionIds(auth)).filter((id) => id === actor.sessionId)).toHaveLength(1);
});

test('a session that has come to its end gives no more tokens', async () => {
  const { actor, refreshToken } = await signUp(auth);
  await auth.database.session.update({ where: { id: actor.sessionId }, data: { expiresAt: new Date() } });
  expect((await refresh(auth, refreshToken)).data!.sessionRefresh).toEqual(refused('TOKEN_EXPIRED'));
});

test('a session that was revoked gives no more tokens, and no second event', async () => {
  const { actor, refreshToken } = await signUp(auth);
  await auth.database.session.update({ where: { id: actor.sessionId }, data: { revokedAt: new Date() } });
  expect((await refresh(auth, refreshToken)).data!.sessionRefresh).toEqual(refused('INVALID_CREDENTIALS'));
  expect(await revokedSessionIds(auth)).not.toContain(actor.sessionId);
});

test.each(['', 'made-up', 'x'.repeat(10_000)])('a made-up token gives nothing', async (token) => {
  expect((await refresh(auth, token)).data!.sessionRefresh).toEqual(refused('INVALID_CREDENTIALS'));
});

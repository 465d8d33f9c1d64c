import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, logIn, type Person, refresh, revokedSessionIds, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const sessionIdOf = ({ actor }: Person) => encodeId('session', actor.sessionId!);

function revoke(id: string, as?: Actor) {
  return auth.execute(
    'mutation($id: ID!) { sessionRevoke(id: $id) { session { id expiresAt } userErrors { code message field } } }',
    { id },
    as,
  );
}

function revokeAll(userId: string, as?: Actor) {
  return auth.execute(
    'mutation($userId: ID!) { sessionsRevokeAll(userId: $userId) { user { id } userErrors { code message field } } }',
    { userId },
    as,
  );
}

test('people end their own sessions', async () => {
  const ada = await signUp(auth);
  const { data } = await revoke(sessionIdOf(ada), ada.actor);
  const { session, userErrors } = data!.sessionRevoke;
  expect(userErrors).toEqual([]);
  expect(session.id).toBe(sessionIdOf(ada));
  expect(Date.parse(session.expiresAt)).toBeLessThanOrEqual(Date.now());
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  expect(await revokedSessionIds(auth)).toContain(ada.actor.sessionId);
});

test('ending a session again changes nothing', async () => {
  const ada = await signUp(auth);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => revoke(sessionIdOf(ada), { userId: ada.actor.userId })),
  );
  for (const { data } of answers) expect(data!.sessionRevoke.userErrors).toEqual([]);
  expect((await revokedSessionIds(auth)).filter((id) => id === ada.actor.sessionId)).toHaveLength(1);
});

test("another's session is as good as none", async () => {
  const [ada, eve] = [await signUp(auth), await signUp(auth)];
  const others = await revoke(sessionIdOf(ada), { ...eve.actor, scopes: ['users:read', 'users:write'] });
  expect(others.data!.sessionRevoke).toEqual({
    session: null,
    userErrors: [{ code: 'NOT_FOUND', message: expect.any(String), field: ['id'] }],
  });
  expect((await revoke(encodeId('session', crypto.randomUUID()), eve.actor)).data).toEqual(others.data);
  expect((await revoke('nonsense', eve.actor)).data).toEqual(others.data);
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
});

test('administrators end any session', async () => {
  const ada = await signUp(auth);
  const { data } = await revoke(sessionIdOf(ada), { scopes: ['auth:admin'] });
  expect(data!.sessionRevoke.userErrors).toEqual([]);
  expect(await revokedSessionIds(auth)).toContain(ada.actor.sessionId);
});

test('people end all their sessions at once, administrators those of anyone', async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  for (const { email } of [ada, ada, bob]) await logIn(auth, email);
  const open = (person: Person) =>
    auth.database.session.count({ where: { accountId: person.actor.userId, revokedAt: null } });

  expect((await revokeAll(ada.id, ada.actor)).data!.sessionsRevokeAll).toEqual({
    user: { id: ada.id },
    userErrors: [],
  });
  expect([await open(ada), await open(bob)]).toEqual([0, 2]);
  expect((await revokeAll(bob.id, { scopes: ['auth:admin'] })).data!.sessionsRevokeAll.userErrors).toEqual(
    [],
  );
  expect(await open(bob)).toBe(0);
});

test('nobody ends all sessions of another', async () => {
  const [ada, eve] = [await signUp(auth), await signUp(auth)];
  const nobodys = encodeId('user', crypto.randomUUID());
  for (const [userId, as] of [
    [ada.id, eve.actor],
    [nobodys, { scopes: ['auth:admin'] }],
  ] as const) {
    const { data } = await revokeAll(userId, as);
    expect(data!.sessionsRevokeAll.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['userId'] }]);
  }
  expect((await revokeAll('nonsense', eve.actor)).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

test('strangers end nothing', async () => {
  const ada = await signUp(auth);
  for (const { errors } of [await revoke(sessionIdOf(ada)), await revokeAll(ada.id)]) {
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
});

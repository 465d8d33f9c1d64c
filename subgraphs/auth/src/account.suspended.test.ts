import { soon } from '@kronos/events/testing';
import { createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, logIn, refresh, revokedSessionIds, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
let users: TestProducer;
beforeAll(async () => {
  auth = await startAuth();
  users = await createTestProducer('users', auth.redisUrl);
});
afterAll(async () => {
  await users[Symbol.asyncDispose]();
  await auth[Symbol.asyncDispose]();
});

const publish = (name: 'userSuspended' | 'userReinstated', userId = '') =>
  users.publish(name, { userId, actorId: null });

test('a suspension ends all sessions and lets nobody log in, until it is over', async () => {
  const { actor, email, refreshToken } = await signUp(auth);
  await logIn(auth, email);
  await publish('userSuspended', actor.userId);

  const attempt = (await logIn(auth, email)).data!.sessionCreate;
  expect(attempt).toMatchObject({ session: null, tokens: null, userErrors: [{ code: 'ACCOUNT_SUSPENDED' }] });
  const refreshed = (await refresh(auth, refreshToken)).data!.sessionRefresh;
  expect(refreshed).toMatchObject({ tokens: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
  expect(await revokedSessionIds(auth)).toHaveLength(2);
  expect(await auth.database.session.count({ where: { accountId: actor.userId, revokedAt: null } })).toBe(0);

  await publish('userReinstated', actor.userId);
  expect((await logIn(auth, email)).data!.sessionCreate.userErrors).toEqual([]);
});

test('a suspension revokes API tokens', async () => {
  const { actor } = await signUp(auth);
  const create = `mutation { apiTokenCreate(input: {name: "nightly job"}) { apiToken { id } userErrors { code } } }`;
  expect((await auth.execute(create, {}, actor)).data!.apiTokenCreate.userErrors).toEqual([]);
  await publish('userSuspended', actor.userId);

  await soon(async () => {
    const tokens = await auth.database.apiToken.findMany({ where: { accountId: actor.userId } });
    expect(tokens).toMatchObject([{ revokedAt: expect.any(Date) }]);
  });
});

test('who does not know the password is not told of a suspension', async () => {
  const { actor, email } = await signUp(auth);
  await publish('userSuspended', actor.userId);
  const { userErrors } = (await logIn(auth, email, 'not the password at all')).data!.sessionCreate;

  expect(userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
});

test('of log-ins during a suspension none leaves a session that is open', async () => {
  const { actor, email } = await signUp(auth);
  await Promise.all([
    ...Array.from({ length: 8 }, () => logIn(auth, email)),
    publish('userSuspended', actor.userId),
    ...Array.from({ length: 8 }, () => logIn(auth, email)),
  ]);
  await soon(async () => {
    const account = await auth.database.account.findUniqueOrThrow({ where: { id: actor.userId } });
    expect(account.suspendedAt).not.toBeNull();
  });

  expect(await auth.database.session.count({ where: { accountId: actor.userId, revokedAt: null } })).toBe(0);
});

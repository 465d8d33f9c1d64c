import { createTestProducer, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, logIn, refresh, signUp, startAuth } from './test-kit.ts';

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

test('the next tokens carry the rights that users has given, and lose those it has taken', async () => {
  const { actor, email, refreshToken } = await signUp(auth);
  await users.publish('accessChanged', {
    userId: actor.userId!,
    roles: ['admin', 'user'],
    scopes: ['users:read', 'auth:admin'],
  });
  const refreshed = (await refresh(auth, refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(refreshed.accessToken)).toMatchObject({
    roles: ['admin', 'user'],
    scopes: ['users:read', 'auth:admin'],
  });
  const loggedIn = (await logIn(auth, email)).data!.sessionCreate.tokens;
  expect(actorOf(loggedIn.accessToken).scopes).toEqual(['users:read', 'auth:admin']);

  await users.publish('accessChanged', { userId: actor.userId!, roles: ['user'], scopes: [] });
  const later = (await refresh(auth, refreshed.refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(later.accessToken)).toMatchObject({ roles: ['user'], scopes: [] });
});

test("a change concerns nobody else's rights, and none of people who have no account", async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  await users.publish('accessChanged', {
    userId: crypto.randomUUID(),
    roles: ['admin'],
    scopes: ['auth:admin'],
  });
  await users.publish('accessChanged', { userId: ada.actor.userId!, roles: ['premium', 'user'], scopes: [] });
  const tokens = (await refresh(auth, bob.refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(tokens.accessToken)).toMatchObject({ roles: ['user'], scopes: [] });
});

import { appendToOutbox, createRelay, type Relay } from '@kronos/events';
import { PrismaClient } from '@kronos/prisma-auth';
import { createLogger } from '@kronos/service';
import { createTestDatabase, type TestDatabase } from '@kronos/subgraph/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
let relay: Relay;
/** Stands for the database of `users`, of which only the outbox matters here: all outboxes are alike. */
let users: TestDatabase;
let usersDatabase: PrismaClient;
beforeAll(async () => {
  auth = await startAuth();
  users = await createTestDatabase('auth');
  const { url } = users;
  usersDatabase = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) });
  await usersDatabase.outbox.deleteMany();
  const logger = createLogger({ name: 'test', level: 'silent' });
  relay = createRelay({ domain: 'users', databaseUrl: url, redisUrl: auth.redisUrl, logger });
  relay.start();
});
afterAll(async () => {
  await relay.close();
  await usersDatabase.$disconnect();
  await users[Symbol.asyncDispose]();
  await auth[Symbol.asyncDispose]();
});

async function changeAccess(userId: string, roles: string[], scopes: string[]): Promise<void> {
  const eventId = await usersDatabase.$transaction((transaction) =>
    appendToOutbox(transaction, 'accessChanged', { userId, roles, scopes }),
  );
  expect(await relay.settled([eventId], 10_000)).toBe(true);
}

test('the next tokens carry the rights that users has given, and lose those it has taken', async () => {
  const { actor, email, refreshToken } = await signUp(auth);
  await changeAccess(actor.userId!, ['admin', 'user'], ['users:read', 'auth:admin']);
  const refreshed = (await refresh(auth, refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(refreshed.accessToken)).toMatchObject({
    roles: ['admin', 'user'],
    scopes: ['users:read', 'auth:admin'],
  });
  const loggedIn = (await logIn(auth, email)).data!.sessionCreate.tokens;
  expect(actorOf(loggedIn.accessToken).scopes).toEqual(['users:read', 'auth:admin']);

  await changeAccess(actor.userId!, ['user'], []);
  const later = (await refresh(auth, refreshed.refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(later.accessToken)).toMatchObject({ roles: ['user'], scopes: [] });
});

test("a change concerns nobody else's rights, and none of people who have no account", async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  await changeAccess(crypto.randomUUID(), ['admin'], ['auth:admin']);
  await changeAccess(ada.actor.userId!, ['premium', 'user'], []);
  const tokens = (await refresh(auth, bob.refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(tokens.accessToken)).toMatchObject({ roles: ['user'], scopes: [] });
});

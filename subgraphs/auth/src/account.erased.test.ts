import { createSealingKeys, newId, unseal } from '@kronos/subgraph';
import { createTestProducer, createTestSubgraph, type TestProducer } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSubgraph } from './subgraph.ts';
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

const answers = (name: string, requestId: string) =>
  auth.database.outbox.findMany({
    where: { name, payload: { path: ['requestId'], equals: requestId } },
    orderBy: { sequence: 'asc' },
  });

test('an account is erased with all that hangs on it, once, and its address is free', async () => {
  const [ada, ben] = [await signUp(auth), await signUp(auth)];
  await logIn(auth, ada.email);
  const create = `mutation { apiTokenCreate(input: {name: "nightly job"}) { userErrors { code } } }`;
  await auth.execute(create, {}, ada.actor);
  const requestId = newId();
  const step = { requestId, userId: ada.actor.userId!, domain: 'auth' };
  await users.publish('erasureStepRequested', { ...step, domain: 'events' });
  await users.publish('erasureStepRequested', step);
  await users.publish('erasureStepRequested', step);

  const both = await vi.waitFor(
    async () => {
      const found = await answers('authDataErased', requestId);
      expect(found).toHaveLength(2);
      return found;
    },
    { timeout: 10_000 },
  );
  const [first, second] = both.map(({ payload }) => payload as { userId: string; rowsErased: number });
  expect(first?.userId).toBe(ada.actor.userId);
  expect(first?.rowsErased).toBeGreaterThanOrEqual(4);
  expect(second?.rowsErased).toBe(0);
  expect(await auth.database.account.count({ where: { email: ada.email } })).toBe(0);
  // With the key goes what copies of the database have of them.
  const personId = ada.actor.userId!;
  expect(await auth.raw.personKey.findUnique({ where: { personId } })).toMatchObject({
    sealedKey: null,
    shreddedAt: expect.any(Date),
  });
  expect(await revokedSessionIds(auth)).toHaveLength(2);
  const created = await auth.database.outbox.findMany({ where: { name: 'userCreated' } });
  const nameIn = (userId = '') =>
    created
      .map(({ payload }) => payload as { userId: string; displayName: string })
      .find((each) => each.userId === userId)?.displayName;
  expect(nameIn(ada.actor.userId)).toBe('Erased user');
  expect(nameIn(ben.actor.userId)).toContain('Number');
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toMatchObject([
    { code: 'INVALID_CREDENTIALS' },
  ]);
  expect((await logIn(auth, ben.email)).data!.sessionCreate.userErrors).toEqual([]);
});

test('whom a restore has brought back is erased again, when auth has found it', async () => {
  const ada = await signUp(auth);
  const personId = ada.actor.userId!;
  // As a restore leaves it: no key, and all the rest.
  await auth.raw.personKey.update({
    where: { personId },
    data: { sealedKey: null, shreddedAt: new Date(), needsErasure: true },
  });
  await using _next = await createTestSubgraph(createSubgraph, auth.environment);
  await vi.waitFor(
    async () => {
      expect(await auth.raw.account.count({ where: { id: personId } })).toBe(0);
      expect(await auth.raw.personKey.findUnique({ where: { personId } })).toMatchObject({
        needsErasure: false,
      });
    },
    { timeout: 10_000 },
  );
});

test('an account is exported without its secrets, for the holder of the key alone', async () => {
  const ada = await signUp(auth);
  const keys = await createSealingKeys();
  const requestId = newId();
  const publicKey = keys.publicKey as Record<string, string>;
  await users.publish('dataExportRequested', { requestId, userId: ada.actor.userId!, publicKey });

  const parts = await vi.waitFor(
    async () => {
      const found = (await answers('authDataExported', requestId)).map(({ payload }) => payload as never);
      expect(found.at(-1)).toMatchObject({ isLast: true });
      return found as { content: string | null; part: number }[];
    },
    { timeout: 10_000 },
  );
  expect(JSON.stringify(parts)).not.toContain(ada.email);
  const text = await unseal(String(parts[0]?.content), keys.privateKey);
  expect(text).toContain(ada.email);
  expect(text).not.toMatch(/argon2|password|"hash"/);
});

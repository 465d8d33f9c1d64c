import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, goodPassword, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const newPassword = 'quite another horse by the river';

const change = (as: Actor | undefined, currentPassword = goodPassword, password = newPassword) =>
  auth.execute(
    `mutation($input: PasswordChangeInput!) {
      passwordChange(input: $input) { user { email } userErrors { code field } }
    }`,
    { input: { currentPassword, newPassword: password } },
    as,
  );

test('the owner changes the password; all other sessions end', async () => {
  const ada = await signUp(auth);
  const other = (await logIn(auth, ada.email)).data!.sessionCreate.tokens;
  expect((await change(ada.actor)).data!.passwordChange).toEqual({
    user: { email: ada.email },
    userErrors: [],
  });
  expect((await refresh(auth, other.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
  expect((await logIn(auth, ada.email, goodPassword)).data!.sessionCreate.tokens).toBeNull();
  expect((await logIn(auth, ada.email, newPassword)).data!.sessionCreate.userErrors).toEqual([]);
});

test.each([
  ['a wrong password', 'not the password', newPassword, 'INVALID_CREDENTIALS', 'currentPassword'],
  ['a weak new one', goodPassword, 'aaaaaaaaaaaa', 'WEAK_PASSWORD', 'newPassword'],
])('%s changes nothing', async (_what, current, next, code, field) => {
  const ada = await signUp(auth);
  expect((await change(ada.actor, current, next)).data!.passwordChange).toEqual({
    user: null,
    userErrors: [{ code, field: ['input', field] }],
  });
  expect((await logIn(auth, ada.email)).data!.sessionCreate.userErrors).toEqual([]);
});

test('of two changes at the same moment one counts', async () => {
  const ada = await signUp(auth);
  const answers = await Promise.all(
    [newPassword, 'a third horse that is not in it'].map((password) =>
      change(ada.actor, goodPassword, password),
    ),
  );
  expect(answers.filter(({ data }) => data!.passwordChange.user !== null)).toHaveLength(1);
});

test('it wants a recent login, and is bounded', async () => {
  const ada = await signUp(auth);
  const stale = { ...ada.actor, authenticatedAt: new Date('2026-01-15T18:00:00Z') };
  expect((await change(stale)).data!.passwordChange.userErrors).toEqual([
    { code: 'STEP_UP_REQUIRED', field: null },
  ]);
  for (let attempt = 0; attempt < 10; attempt += 1) await change(ada.actor, 'not the password');
  expect((await change(ada.actor)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
});

test('a stranger changes nothing', async () => {
  expect((await change(undefined)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('after a change no letter of before sets a password', async () => {
  const ada = await signUp(auth);
  await auth.database.accountToken.create({
    data: {
      hash: 'a'.repeat(64),
      accountId: ada.actor.userId!,
      purpose: 'RESET_PASSWORD',
      email: ada.email,
      expiresAt: new Date(Date.now() + 60_000),
    },
  });
  await change({ ...ada.actor, ...actorOf(ada.accessToken) });
  const row = await auth.database.accountToken.findUniqueOrThrow({ where: { hash: 'a'.repeat(64) } });
  expect(row.usedAt).not.toBeNull();
});

import { soon } from '@kronos/events/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  goodPassword,
  lettersTo,
  logIn,
  type MailingAuth,
  refresh,
  revokedSessionIds,
  signUp,
  startMailingAuth,
  tokenTo,
} from './test-kit.ts';

let auth: MailingAuth;
beforeAll(async () => {
  auth = await startMailingAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const newPassword = 'quite another horse by the river';

const request = (email: string) =>
  auth.execute(
    'mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }',
    { input: { email } },
  );

async function confirm(token: string, password = newPassword) {
  const { data } = await auth.execute(
    `mutation($input: PasswordResetConfirmInput!) {
      passwordResetConfirm(input: $input) { user { id email } userErrors { code field } }
    }`,
    { input: { token, newPassword: password } },
  );
  return data!.passwordResetConfirm;
}

const refused = { user: null, userErrors: [{ code: 'INVALID_TOKEN', field: ['input', 'token'] }] };

test('by the letter a new password is set, once; all sessions end, and the owner is told', async () => {
  const ada = await signUp(auth);
  expect((await request(` ${ada.email.toUpperCase()} `)).data!.passwordResetRequest).toEqual({
    userErrors: [],
  });
  const token = await tokenTo(auth, ada.email, 'reset-password');
  expect(await confirm(token)).toEqual({ user: { id: ada.id, email: null }, userErrors: [] });

  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  expect(await revokedSessionIds(auth)).toContain(ada.actor.sessionId);
  expect((await logIn(auth, ada.email, goodPassword)).data!.sessionCreate.tokens).toBeNull();
  expect((await logIn(auth, ada.email, newPassword)).data!.sessionCreate.userErrors).toEqual([]);
  expect(await confirm(token, 'a third horse that is not in it')).toEqual(refused);
  await soon(async () => {
    const subjects = (await lettersTo(auth, ada.email)).map(({ subject }) => subject);
    expect(subjects).toContain('Your password was changed');
  });
  const account = await auth.database.account.findUniqueOrThrow({ where: { email: ada.email } });
  expect(account.emailVerifiedAt).not.toBeNull();
  const events = await auth.database.securityEvent.findMany({ where: { userId: ada.actor.userId } });
  expect(events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['PASSWORD_RESET_REQUESTED', 'PASSWORD_RESET']),
  );
});

test('of two who use one link at the same moment, one sets the password', async () => {
  const ada = await signUp(auth);
  await request(ada.email);
  const token = await tokenTo(auth, ada.email, 'reset-password');
  const passwords = [newPassword, 'a third horse that is not in it'];
  const answers = await Promise.all(passwords.map((password) => confirm(token, password)));
  expect(answers.filter(({ user }) => user !== null)).toHaveLength(1);
});

test('an unknown address gets the same answer, the same row, and no letter', async () => {
  const ada = await signUp(auth);
  const known = await request(ada.email);
  expect(await request('nobody@example.com')).toEqual(known);
  expect(await request('nobody')).toEqual(known);
  await tokenTo(auth, ada.email, 'reset-password');
  await soon(async () => expect(await auth.database.mail.count()).toBe(0));
  expect(await lettersTo(auth, 'nobody@example.com')).toEqual([]);
  expect(await lettersTo(auth, 'nobody')).toEqual([]);
});

test('letters are bounded, to a known and an unknown address alike', async () => {
  const ada = await signUp(auth);
  for (const email of [ada.email, 'unknown@example.com']) {
    for (let count = 0; count < 5; count += 1) await request(email);
    expect((await request(email)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  }
});

test('a weak password is refused, and the link stays good', async () => {
  const ada = await signUp(auth);
  await request(ada.email);
  const token = await tokenTo(auth, ada.email, 'reset-password');
  const weak = { user: null, userErrors: [{ code: 'WEAK_PASSWORD', field: ['input', 'newPassword'] }] };
  expect(await confirm(token, 'Password1234!')).toEqual(weak);
  expect(await confirm(token, ada.email)).toEqual(weak);
  expect((await confirm(token)).userErrors).toEqual([]);
});

test('a link is good for half an hour, and for nothing else', async () => {
  const ada = await signUp(auth);
  await request(ada.email);
  const token = await tokenTo(auth, ada.email, 'reset-password');
  const row = await auth.database.accountToken.findFirstOrThrow({
    where: { accountId: ada.actor.userId, purpose: 'RESET_PASSWORD' },
  });
  expect(row.expiresAt.getTime() - row.createdAt.getTime()).toBeLessThan(31 * 60_000);
  expect(row.hash).not.toContain(token);
  const verification = await tokenTo(auth, ada.email, 'verify-email');
  expect(await confirm(verification)).toEqual(refused);
  await auth.database.accountToken.update({ where: { hash: row.hash }, data: { expiresAt: new Date() } });
  expect(await confirm(token)).toEqual(refused);
});

import { soon } from '@kronos/events/testing';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authenticatorOf, enrollTotp, verifyFactor } from './mfa.test-kit.ts';
import {
  goodPassword,
  lettersTo,
  logIn,
  type MailingAuth,
  refresh,
  signUp,
  startMailingAuth,
  tokenTo,
} from './test-kit.ts';

let auth: MailingAuth;
beforeAll(async () => {
  auth = await startMailingAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const request = (as: Actor | undefined, newEmail: string) =>
  auth.execute(
    `mutation($input: EmailChangeRequestInput!) {
      emailChangeRequest(input: $input) { user { email } userErrors { code field } }
    }`,
    { input: { newEmail } },
    as,
  );

async function follow(field: 'emailChangeConfirm' | 'emailChangeRevert', token: string) {
  const type = field === 'emailChangeConfirm' ? 'EmailChangeConfirmInput' : 'EmailChangeRevertInput';
  const document = `mutation($input: ${type}!) { ${field}(input: $input) { user { id } userErrors { code field } } }`;
  return (await auth.execute(document, { input: { token } })).data![field];
}

const refused = (code: string) => ({ user: null, userErrors: [{ code, field: ['input', 'token'] }] });
let addresses = 0;
const newAddress = () => {
  addresses += 1;
  return `new-${addresses}@example.com`;
};

test('the new address counts once its owner has agreed; other sessions end, the old address is told', async () => {
  const [ada, email] = [await signUp(auth), newAddress()];
  const other = (await logIn(auth, ada.email)).data!.sessionCreate.tokens;
  expect((await request(ada.actor, ` ${email.toUpperCase()}`)).data!.emailChangeRequest).toEqual({
    user: { email: ada.email },
    userErrors: [],
  });
  const token = await tokenTo(auth, email, 'confirm-email');
  expect((await logIn(auth, email)).data!.sessionCreate.tokens).toBeNull();

  expect(await follow('emailChangeConfirm', token)).toEqual({ user: { id: ada.id }, userErrors: [] });
  expect((await logIn(auth, email)).data!.sessionCreate.userErrors).toEqual([]);
  expect((await logIn(auth, ada.email)).data!.sessionCreate.tokens).toBeNull();
  expect((await refresh(auth, other.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
  expect(await follow('emailChangeConfirm', token)).toEqual(refused('INVALID_TOKEN'));
  await tokenTo(auth, ada.email, 'revert-email');
});

test('from the old address it is taken back: everybody is logged out, and the thief’s password is worth nothing', async () => {
  const [ada, email] = [await signUp(auth), newAddress()];
  await request(ada.actor, email);
  await follow('emailChangeConfirm', await tokenTo(auth, email, 'confirm-email'));
  const thief = (await logIn(auth, email)).data!.sessionCreate.tokens;

  const token = await tokenTo(auth, ada.email, 'revert-email');
  expect(await follow('emailChangeRevert', token)).toEqual({ user: { id: ada.id }, userErrors: [] });
  expect((await refresh(auth, thief.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  for (const address of [email, ada.email])
    expect((await logIn(auth, address, goodPassword)).data!.sessionCreate.tokens).toBeNull();
  await tokenTo(auth, ada.email, 'reset-password');
  expect(await follow('emailChangeRevert', token)).toEqual(refused('INVALID_TOKEN'));
});

test('taken back, the account has no factor any more that a thief may have added', async () => {
  const [ada, email] = [await signUp(auth), newAddress()];
  const { mfaFactor, secret } = (await enrollTotp(auth, ada.actor)).data!.mfaFactorEnroll;
  await verifyFactor(auth, mfaFactor.id, { code: authenticatorOf(secret).code() }, ada.actor);
  await request({ ...ada.actor, amr: ['pwd', 'otp', 'mfa'] }, email);
  await follow('emailChangeConfirm', await tokenTo(auth, email, 'confirm-email'));
  await follow('emailChangeRevert', await tokenTo(auth, ada.email, 'revert-email'));
  const accountId = ada.actor.userId!;
  expect(await auth.database.mfaFactor.count({ where: { accountId } })).toBe(0);
  expect(await auth.database.recoveryCode.count({ where: { accountId } })).toBe(0);
  expect(await auth.database.account.findUnique({ where: { id: accountId } })).toMatchObject({
    hasSecondFactor: false,
  });
});

test('whoever ends the session ends the change that was begun in it', async () => {
  const [ada, email] = [await signUp(auth), newAddress()];
  await request(ada.actor, email);
  const token = await tokenTo(auth, email, 'confirm-email');
  await auth.execute(
    'mutation($id: ID!) { sessionsRevokeAll(userId: $id) { userErrors { code } } }',
    { id: ada.id },
    ada.actor,
  );
  expect(await follow('emailChangeConfirm', token)).toEqual(refused('INVALID_TOKEN'));
});

test('that an address is taken is told to its owner alone', async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  expect((await request(ada.actor, bob.email)).data!.emailChangeRequest.userErrors).toEqual([]);
  await soon(async () => {
    const subjects = (await lettersTo(auth, bob.email)).map(({ subject }) => subject);
    expect(subjects).toContain('You have an account already');
  });
});

test('who is second with an address is refused', async () => {
  const [ada, bob, email] = [await signUp(auth), await signUp(auth), newAddress()];
  await request(ada.actor, email);
  const first = await tokenTo(auth, email, 'confirm-email');
  await request(bob.actor, email);
  const second = await tokenTo(auth, email, 'confirm-email', first);
  expect((await follow('emailChangeConfirm', first)).userErrors).toEqual([]);
  expect(await follow('emailChangeConfirm', second)).toEqual(refused('EMAIL_TAKEN'));
});

test('it wants an address, a recent login, and somebody', async () => {
  const ada = await signUp(auth);
  expect((await request(ada.actor, 'nowhere')).data!.emailChangeRequest.userErrors).toEqual([
    { code: 'INVALID', field: ['input', 'newEmail'] },
  ]);
  const stale = { ...ada.actor, authenticatedAt: new Date('2026-01-15T18:00:00Z') };
  expect((await request(stale, newAddress())).data!.emailChangeRequest.userErrors).toEqual([
    { code: 'STEP_UP_REQUIRED', field: null },
  ]);
  expect((await request(undefined, newAddress())).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test.each(['emailChangeConfirm', 'emailChangeRevert'] as const)(
  '%s: a made-up token changes nothing',
  async (field) => {
    expect(await follow(field, 'made-up')).toEqual(refused('INVALID_TOKEN'));
  },
);

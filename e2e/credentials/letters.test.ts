import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Client, client, type Json, logIn, signUp } from '../kit/client.ts';
import { lettersTo, tokenIn } from '../kit/mailbox.ts';

const stranger = client();
const newPassword = 'quite another horse by the river';

/** A mutation of one input, by its name. */
async function ask(by: Client, field: string, input: Record<string, string>): Promise<Json> {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const answer = await by.query(
    `mutation($input: ${type}!) { ${field}(input: $input) { userErrors { code } } }`,
    { input },
  );
  return answer.errors
    ? answer.errors[0]!.extensions.code
    : answer.data[field].userErrors.map(({ code }: Json) => code);
}

const isVerified = async (by: Client) =>
  (await by.data('{ viewer { user { emailVerified } } }')).viewer.user.emailVerified;

test('Ada proves by a letter that her address is hers; nobody else can ask for one, or make a link up', async () => {
  const ada = await signUp('Ada');
  expect(await isVerified(ada)).toBe(false);
  const first = await tokenIn(ada.email, 'verify-email');
  const request = 'mutation { emailVerificationRequest { userErrors { code } } }';
  expect((await stranger.query(request)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  expect((await ada.data(request)).emailVerificationRequest.userErrors).toEqual([]);
  const second = await tokenIn(ada.email, 'verify-email', first);

  expect(await ask(stranger, 'emailVerify', { token: 'made-up' })).toEqual(['INVALID_TOKEN']);
  // The letter may be opened where she is not logged in.
  expect(await ask(stranger, 'emailVerify', { token: second })).toEqual([]);
  expect(await isVerified(ada)).toBe(true);
  expect(await ask(stranger, 'emailVerify', { token: first })).toEqual(['INVALID_TOKEN']);
});

test('Ada has forgotten her password; who asks for a stranger’s account learns nothing', async () => {
  const ada = await signUp('Ada');
  const unknown = `nobody-${randomUUID()}@example.com`;
  expect(await ask(stranger, 'passwordResetRequest', { email: unknown })).toEqual([]);
  expect(await ask(stranger, 'passwordResetRequest', { email: ada.email })).toEqual([]);
  const token = await tokenIn(ada.email, 'reset-password');
  expect(await lettersTo(unknown)).toEqual([]);

  expect(await ask(stranger, 'passwordResetConfirm', { token, newPassword: 'Password1234!' })).toEqual([
    'WEAK_PASSWORD',
  ]);
  expect(await ask(stranger, 'passwordResetConfirm', { token: 'made-up', newPassword })).toEqual([
    'INVALID_TOKEN',
  ]);
  expect(await ask(stranger, 'passwordResetConfirm', { token, newPassword })).toEqual([]);
  expect(await ask(stranger, 'passwordResetConfirm', { token, newPassword })).toEqual(['INVALID_TOKEN']);
  expect(await ask(stranger, 'sessionCreate', { email: ada.email, password: ada.password })).toEqual([
    'INVALID_CREDENTIALS',
  ]);
  await logIn({ email: ada.email, password: newPassword });
  expect((await ada.query('{ viewer { scopes } }')).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('Ada changes her password; her other sessions end, and Eve, who does not know it, changes nothing', async () => {
  const ada = await signUp('Ada');
  const elsewhere = await logIn({ email: ada.email, password: ada.password });
  const change = { currentPassword: ada.password, newPassword };
  expect(await ask(stranger, 'passwordChange', change)).toBe('UNAUTHENTICATED');
  expect(await ask(ada, 'passwordChange', { ...change, currentPassword: 'a guess of Eve' })).toEqual([
    'INVALID_CREDENTIALS',
  ]);
  expect(await ask(ada, 'passwordChange', change)).toEqual([]);
  expect((await ada.data('{ viewer { scopes } }')).viewer.scopes).toEqual([]);
  expect((await elsewhere.query('{ viewer { scopes } }')).errors?.[0]?.extensions.code).toBe(
    'UNAUTHENTICATED',
  );
  await logIn({ email: ada.email, password: newPassword });
});

test('Eve, at Ada’s unlocked screen, gives the account her own address; Ada takes it back', async () => {
  const ada = await signUp('Ada');
  const eves = `eve-${randomUUID()}@example.com`;
  expect(await ask(stranger, 'emailChangeRequest', { newEmail: eves })).toBe('UNAUTHENTICATED');
  expect(await ask(ada, 'emailChangeRequest', { newEmail: eves })).toEqual([]);
  const token = await tokenIn(eves, 'confirm-email');
  expect(await ask(stranger, 'emailChangeConfirm', { token: 'made-up' })).toEqual(['INVALID_TOKEN']);
  expect(await ask(stranger, 'emailChangeConfirm', { token })).toEqual([]);
  await logIn({ email: eves, password: ada.password });

  const wayBack = await tokenIn(ada.email, 'revert-email');
  expect(await ask(stranger, 'emailChangeRevert', { token: 'made-up' })).toEqual(['INVALID_TOKEN']);
  expect(await ask(stranger, 'emailChangeRevert', { token: wayBack })).toEqual([]);
  for (const email of [eves, ada.email])
    expect(await ask(stranger, 'sessionCreate', { email, password: ada.password })).toEqual([
      'INVALID_CREDENTIALS',
    ]);
  const reset = await tokenIn(ada.email, 'reset-password');
  expect(await ask(stranger, 'passwordResetConfirm', { token: reset, newPassword })).toEqual([]);
  await logIn({ email: ada.email, password: newPassword });
});

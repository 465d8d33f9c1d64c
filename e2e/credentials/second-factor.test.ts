import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { type Client, client, type Json, signUp } from '../kit/client.ts';

const stranger = client();
const codeOf = (answer: { errors?: Json[] }) => answer.errors?.[0]?.extensions.code;

const enroll =
  'mutation { mfaFactorEnroll(input: {kind: TOTP}) { mfaFactor { id verified } secret userErrors { code message } } }';
const verify = `mutation($id: ID!, $code: String) {
  mfaFactorVerify(id: $id, input: {code: $code}) { mfaFactor { verified } recoveryCodes userErrors { code } }
}`;
const remove = 'mutation($id: ID!) { mfaFactorRemove(id: $id) { mfaFactor { id } userErrors { code } } }';
const newCodes = 'mutation { recoveryCodesCreate { recoveryCodes userErrors { code } } }';
const factorsOf = async (by: Client, id: string) =>
  (await by.data('query($id: ID!) { user(id: $id) { mfaFactors { id } recoveryCodesLeft } }', { id })).user;

async function logIn(by: { email: string; password: string }): Promise<Json> {
  const { sessionCreate } = await stranger.data(
    `mutation($input: SessionCreateInput!) {
      sessionCreate(input: $input) { tokens { accessToken } challenge { id kinds } userErrors { code } }
    }`,
    { input: { email: by.email, password: by.password } },
  );
  return sessionCreate;
}

async function complete(input: Record<string, unknown>): Promise<Json> {
  const { sessionCreateComplete } = await stranger.data(
    `mutation($input: SessionCreateCompleteInput!) {
      sessionCreateComplete(input: $input) { tokens { accessToken } userErrors { code } }
    }`,
    { input },
  );
  return sessionCreateComplete;
}

async function stepUp(by: Client, input: Record<string, unknown>): Promise<Json> {
  const answer = await by.query(
    `mutation($input: SessionStepUpInput!) {
      sessionStepUp(input: $input) { session { amr } tokens { accessToken } userErrors { code } }
    }`,
    { input },
  );
  return answer.data?.sessionStepUp ?? codeOf(answer);
}

/** What an authenticator shows, other than before: no code counts twice. */
function authenticator(secret: string): () => string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  let step = -1;
  return () => totp.generate({ timestamp: Date.now() + step++ * 30_000 });
}

test('Ada logs in with password and code; Eve, who knows the password, does not', async () => {
  const [ada, eve] = [await signUp('Ada'), await signUp('Eve')];
  expect(codeOf(await stranger.query(enroll))).toBe('UNAUTHENTICATED');
  const { mfaFactor, secret, userErrors } = (await ada.data(enroll)).mfaFactorEnroll;
  expect([mfaFactor.verified, userErrors]).toEqual([false, []]);
  const { id } = mfaFactor;
  const nextCode = authenticator(secret);

  expect(codeOf(await stranger.query(verify, { id, code: '000000' }))).toBe('UNAUTHENTICATED');
  expect((await eve.data(verify, { id, code: '000000' })).mfaFactorVerify.userErrors).toEqual([
    { code: 'NOT_FOUND' },
  ]);
  const verified = (await ada.data(verify, { id, code: nextCode() })).mfaFactorVerify;
  expect(verified).toMatchObject({ mfaFactor: { verified: true }, userErrors: [] });
  expect(await factorsOf(ada, ada.id)).toEqual({ mfaFactors: [{ id }], recoveryCodesLeft: 10 });
  expect(await factorsOf(eve, ada.id)).toEqual({ mfaFactors: null, recoveryCodesLeft: null });

  const byEve = await logIn(ada);
  expect(byEve).toMatchObject({
    tokens: null,
    challenge: { kinds: ['TOTP'] },
    userErrors: [{ code: 'MFA_REQUIRED' }],
  });
  expect((await complete({ challengeId: byEve.challenge.id, code: '000000' })).userErrors).toEqual([
    { code: 'INVALID_CREDENTIALS' },
  ]);
  const byAda = await logIn(ada);
  const { tokens } = await complete({ challengeId: byAda.challenge.id, code: nextCode() });
  const here = client(tokens.accessToken);
  expect((await here.data('{ viewer { session { amr } } }')).viewer.session.amr).toEqual([
    'pwd',
    'otp',
    'mfa',
  ]);

  // What is dangerous wants the factor, not the password.
  expect(codeOf(await stranger.query('mutation { sessionStepUp(input: {}) { userErrors { code } } }'))).toBe(
    'UNAUTHENTICATED',
  );
  expect((await stepUp(here, { password: ada.password })).userErrors).toEqual([{ code: 'MFA_REQUIRED' }]);
  expect((await stepUp(here, { code: nextCode() })).userErrors).toEqual([]);

  expect(codeOf(await stranger.query(newCodes))).toBe('UNAUTHENTICATED');
  expect((await eve.data(newCodes)).recoveryCodesCreate.userErrors).toEqual([{ code: 'INVALID' }]);
  const { recoveryCodes } = (await here.data(newCodes)).recoveryCodesCreate;
  const lost = await logIn(ada);
  const recovered = await complete({ challengeId: lost.challenge.id, recoveryCode: recoveryCodes[0] });
  expect(recovered.userErrors).toEqual([]);

  expect(codeOf(await stranger.query(remove, { id }))).toBe('UNAUTHENTICATED');
  expect((await eve.data(remove, { id })).mfaFactorRemove.userErrors).toEqual([{ code: 'NOT_FOUND' }]);
  expect((await here.data(remove, { id })).mfaFactorRemove.userErrors).toEqual([]);
  expect((await logIn(ada)).userErrors).toEqual([]);
});

test('anybody is asked for a passkey; what is none lets nobody in', async () => {
  const { passkeyChallengeCreate } = await stranger.data(
    'mutation { passkeyChallengeCreate { challenge { id passkeyOptions } userErrors { code } } }',
  );
  const { id, passkeyOptions } = passkeyChallengeCreate.challenge;
  expect(passkeyOptions).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  const passkey = { id: 'x', rawId: 'x', type: 'public-key', response: {} };
  expect(await complete({ challengeId: id, passkey })).toEqual({
    tokens: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS' }],
  });
});

test('Ada’s password proves again that it is she, in her own session alone', async () => {
  const ada = await signUp('Ada');
  expect((await stepUp(ada, { password: 'a guess of Eve' })).userErrors).toEqual([
    { code: 'INVALID_CREDENTIALS' },
  ]);
  const { session, tokens, userErrors } = await stepUp(ada, { password: ada.password });
  expect([session.amr, userErrors]).toEqual([['pwd'], []]);
  expect((await client(tokens.accessToken).data('{ viewer { user { id } } }')).viewer.user.id).toBe(ada.id);
});

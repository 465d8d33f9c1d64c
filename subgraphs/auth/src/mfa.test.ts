import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  authenticatorOf,
  challengeOf,
  complete,
  enrollTotp,
  signUpWithFactor,
  verifyFactor,
} from './mfa.test-kit.ts';
import { type Auth, actorOf, goodPassword, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const refused = (code: string, field: string) => ({
  session: null,
  tokens: null,
  userErrors: [{ code, message: expect.any(String), field: ['input', field] }],
});

async function factorsOf(id: string, as: Actor) {
  const query = `{ _entities(representations: [{ __typename: "User", id: "${id}" }]) {
    ... on User { mfaFactors { id kind verified } recoveryCodesLeft }
  } }`;
  return (await auth.execute(query, {}, as)).data!._entities[0];
}

const stepUp = async (as: Actor, input: object) =>
  (
    await auth.execute(
      `mutation($input: SessionStepUpInput!) {
        sessionStepUp(input: $input) { session { amr } tokens { accessToken } userErrors { code field } }
      }`,
      { input },
      as,
    )
  ).data!.sessionStepUp;

const remove = async (id: string, as?: Actor) =>
  auth.execute(
    'mutation($id: ID!) { mfaFactorRemove(id: $id) { mfaFactor { id } userErrors { code field } } }',
    { id },
    as,
  );

test('a factor counts once its owner has shown that it works', async () => {
  const ada = await signUp(auth);
  const begun = (await enrollTotp(auth, ada.actor)).data!.mfaFactorEnroll;
  expect(begun).toEqual({
    mfaFactor: {
      id: expect.stringMatching(/^mfafactor_/),
      kind: 'TOTP',
      name: 'Authenticator',
      verified: false,
      lastUsedAt: null,
    },
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
    otpauthUri: expect.stringContaining('otpauth://totp/Kronos:'),
    passkeyOptions: null,
    userErrors: [],
  });
  expect((await logIn(auth, ada.email)).data!.sessionCreate.userErrors).toEqual([]);

  const wrong = (await verifyFactor(auth, begun.mfaFactor.id, { code: '000000' }, ada.actor)).data!
    .mfaFactorVerify;
  expect(wrong).toMatchObject({
    mfaFactor: null,
    recoveryCodes: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS' }],
  });
  const code = authenticatorOf(begun.secret).code();
  const verified = (await verifyFactor(auth, begun.mfaFactor.id, { code }, ada.actor)).data!.mfaFactorVerify;
  expect(verified).toMatchObject({ mfaFactor: { verified: true }, userErrors: [] });
  expect(new Set(verified.recoveryCodes).size).toBe(10);
  expect(await factorsOf(ada.id, ada.actor)).toEqual({
    mfaFactors: [{ id: begun.mfaFactor.id, kind: 'TOTP', verified: true }],
    recoveryCodesLeft: 10,
  });
  const row = await auth.database.mfaFactor.findFirstOrThrow({ where: { accountId: ada.actor.userId } });
  expect(row.sealedSecret).toMatch(/^sealed:/);
  // The session that it was added in counts as logged in by both.
  const next = actorOf((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.tokens.accessToken);
  expect(next).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], hasSecondFactor: true });
});

test('then the password alone opens no session; password and code do', async () => {
  const ada = await signUpWithFactor(auth);
  const before = await auth.database.session.count({ where: { accountId: ada.actor.userId } });
  const challenge = await challengeOf(auth, ada.email);
  expect(challenge).toEqual({
    id: expect.stringMatching(/^[\w-]{43}$/),
    expiresAt: expect.any(String),
    kinds: ['TOTP'],
    passkeyOptions: null,
  });
  expect(await auth.database.session.count({ where: { accountId: ada.actor.userId } })).toBe(before);

  const input = { challengeId: challenge.id, code: ada.authenticator.code() };
  const { session, tokens, userErrors } = (await complete(auth, input)).data!.sessionCreateComplete;
  expect(userErrors).toEqual([]);
  expect(session).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], user: { id: ada.id } });
  expect(actorOf(tokens.accessToken)).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], hasSecondFactor: true });
  // Neither counts twice.
  expect((await complete(auth, input)).data!.sessionCreateComplete).toEqual(
    refused('INVALID_TOKEN', 'challengeId'),
  );
});

test('a code counts once, even at the same moment in two log-ins', async () => {
  const ada = await signUpWithFactor(auth);
  const challenges = await Promise.all([challengeOf(auth, ada.email), challengeOf(auth, ada.email)]);
  const code = ada.authenticator.code();
  const answers = await Promise.all(challenges.map(({ id }) => complete(auth, { challengeId: id, code })));
  expect(answers.filter(({ data }) => data!.sessionCreateComplete.tokens)).toHaveLength(1);
  const later = await challengeOf(auth, ada.email);
  expect((await complete(auth, { challengeId: later.id, code })).data!.sessionCreateComplete).toEqual(
    refused('INVALID_CREDENTIALS', 'code'),
  );
});

test('a recovery code lets in once, however it is written', async () => {
  const ada = await signUpWithFactor(auth);
  const [code] = ada.recoveryCodes;
  const first = await challengeOf(auth, ada.email);
  const written = ` ${code!.toUpperCase().replaceAll('-', ' ')} `;
  const answer = await complete(auth, { challengeId: first.id, recoveryCode: written });
  expect(answer.data!.sessionCreateComplete.userErrors).toEqual([]);
  expect((await factorsOf(ada.id, ada.actor)).recoveryCodesLeft).toBe(9);
  const second = await challengeOf(auth, ada.email);
  expect(
    (await complete(auth, { challengeId: second.id, recoveryCode: code })).data!.sessionCreateComplete,
  ).toEqual(refused('INVALID_CREDENTIALS', 'recoveryCode'));
  const events = await auth.database.securityEvent.findMany({ where: { userId: ada.actor.userId } });
  expect(events.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['RECOVERY_CODE_USED', 'MFA_FAILED']),
  );
});

test('a recovery code of somebody else lets nobody in', async () => {
  const [ada, eve] = [await signUpWithFactor(auth), await signUpWithFactor(auth)];
  const challenge = await challengeOf(auth, ada.email);
  const answer = await complete(auth, { challengeId: challenge.id, recoveryCode: eve.recoveryCodes[0] });
  expect(answer.data!.sessionCreateComplete).toEqual(refused('INVALID_CREDENTIALS', 'recoveryCode'));
});

test('a challenge takes five attempts, an account ten', async () => {
  const ada = await signUpWithFactor(auth);
  const right = ada.authenticator.code();
  for (const expected of ['INVALID_TOKEN', 'RATE_LIMITED']) {
    const { id: challengeId } = await challengeOf(auth, ada.email);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const { data } = await complete(auth, { challengeId, code: '000000' });
      expect(data!.sessionCreateComplete.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    }
    const next = expected === 'INVALID_TOKEN' ? challengeId : (await challengeOf(auth, ada.email)).id;
    const { data, errors } = await complete(auth, { challengeId: next, code: right });
    const code = errors ? errors[0]!.extensions!.code : data!.sessionCreateComplete.userErrors[0].code;
    expect(code).toBe(expected);
  }
});

test.each([
  ['made up', 'made-up'],
  ['empty', ''],
  ['endless', 'x'.repeat(100_000)],
])('a challenge that is %s lets nobody in', async (_how, challengeId) => {
  expect((await complete(auth, { challengeId, code: '123456' })).data!.sessionCreateComplete).toEqual(
    refused('INVALID_TOKEN', 'challengeId'),
  );
});

test('a challenge that took too long, and one without any proof, let nobody in', async () => {
  const ada = await signUpWithFactor(auth);
  const { id: challengeId } = await challengeOf(auth, ada.email);
  expect((await complete(auth, { challengeId })).data!.sessionCreateComplete).toEqual(
    refused('INVALID_CREDENTIALS', 'passkey'),
  );
  await auth.database.logInChallenge.updateMany({ data: { expiresAt: new Date() } });
  const code = ada.authenticator.code();
  expect((await complete(auth, { challengeId, code })).data!.sessionCreateComplete).toEqual(
    refused('INVALID_TOKEN', 'challengeId'),
  );
});

test('who has a second factor steps up by that one', async () => {
  const ada = await signUpWithFactor(auth);
  const stale = { ...ada.actor, authenticatedAt: new Date('2026-01-15T18:00:00Z') };
  expect((await stepUp(stale, { password: goodPassword })).userErrors).toEqual([
    { code: 'MFA_REQUIRED', field: ['input'] },
  ]);
  expect((await stepUp(stale, { code: '000000' })).userErrors).toEqual([
    { code: 'INVALID_CREDENTIALS', field: ['input', 'code'] },
  ]);
  const { session, tokens } = await stepUp(stale, { code: ada.authenticator.code() });
  expect(session.amr).toEqual(['pwd', 'otp', 'mfa']);
  expect((await remove(ada.factorId, stale)).data!.mfaFactorRemove.userErrors).toMatchObject([
    { code: 'STEP_UP_REQUIRED' },
  ]);
  const renewed = actorOf(tokens.accessToken);
  expect((await remove(ada.factorId, renewed)).data!.mfaFactorRemove).toEqual({
    mfaFactor: { id: ada.factorId },
    userErrors: [],
  });
});

test('without the last factor the password lets in again, and recovery codes are gone', async () => {
  const ada = await signUpWithFactor(auth);
  await remove(ada.factorId, ada.actor);
  expect((await logIn(auth, ada.email)).data!.sessionCreate.userErrors).toEqual([]);
  expect(await factorsOf(ada.id, ada.actor)).toEqual({ mfaFactors: [], recoveryCodesLeft: 0 });
});

test('who knows a password only, and has a session of before, takes no factor away', async () => {
  const ada = await signUpWithFactor(auth);
  const withPassword = { ...ada.actor, amr: ['pwd'] };
  expect((await remove(ada.factorId, withPassword)).data!.mfaFactorRemove.userErrors).toMatchObject([
    { code: 'STEP_UP_REQUIRED' },
  ]);
});

test('a session from before the factor takes it away as little, whatever its token says', async () => {
  const ada = await signUp(auth);
  const elsewhere = actorOf((await logIn(auth, ada.email)).data!.sessionCreate.tokens.accessToken);
  const { mfaFactor, secret } = (await enrollTotp(auth, ada.actor)).data!.mfaFactorEnroll;
  await verifyFactor(auth, mfaFactor.id, { code: authenticatorOf(secret).code() }, ada.actor);
  expect((await remove(mfaFactor.id, elsewhere)).data!.mfaFactorRemove.userErrors).toMatchObject([
    { code: 'STEP_UP_REQUIRED' },
  ]);
  expect((await remove(mfaFactor.id, ada.actor)).data!.mfaFactorRemove.userErrors).toEqual([]);
});

test('a code without a password before it opens no session', async () => {
  const ada = await signUpWithFactor(auth);
  const { data } = await auth.execute(
    'mutation { passkeyChallengeCreate { challenge { id } userErrors { code } } }',
    {},
    ada.actor,
  );
  const challengeId = data!.passkeyChallengeCreate.challenge.id;
  const { code } = { code: ada.authenticator.code() };
  expect((await complete(auth, { challengeId, code })).data!.sessionCreateComplete).toMatchObject({
    session: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS' }],
  });
});

test('recovery codes are made anew; those before are worth nothing', async () => {
  const ada = await signUpWithFactor(auth);
  const create = 'mutation { recoveryCodesCreate { recoveryCodes userErrors { code } } }';
  const { recoveryCodes } = (await auth.execute(create, {}, ada.actor)).data!.recoveryCodesCreate;
  expect(recoveryCodes).toHaveLength(10);
  const { id: challengeId } = await challengeOf(auth, ada.email);
  const old = await complete(auth, { challengeId, recoveryCode: ada.recoveryCodes[0] });
  expect(old.data!.sessionCreateComplete.tokens).toBeNull();
  const fresh = await complete(auth, { challengeId, recoveryCode: recoveryCodes[0] });
  expect(fresh.data!.sessionCreateComplete.userErrors).toEqual([]);
  const bob = await signUp(auth);
  expect((await auth.execute(create, {}, bob.actor)).data!.recoveryCodesCreate.userErrors).toEqual([
    { code: 'INVALID' },
  ]);
  expect((await auth.execute(create)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('what is somebody else’s is as good as none', async () => {
  const [ada, eve] = [await signUpWithFactor(auth), await signUp(auth)];
  expect(await factorsOf(ada.id, eve.actor)).toEqual({ mfaFactors: null, recoveryCodesLeft: null });
  expect((await remove(ada.factorId, eve.actor)).data!.mfaFactorRemove.userErrors).toEqual([
    { code: 'NOT_FOUND', field: ['id'] },
  ]);
  const begun = (await enrollTotp(auth, ada.actor)).data!.mfaFactorEnroll;
  const code = authenticatorOf(begun.secret).code();
  const answer = await verifyFactor(auth, begun.mfaFactor.id, { code }, eve.actor);
  expect(answer.data!.mfaFactorVerify.userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['id'] }]);
});

test('an administrator helps who has lost their factors', async () => {
  const [ada, admin] = [await signUpWithFactor(auth), await signUp(auth)];
  const helper = { ...admin.actor, scopes: ['auth:admin'] };
  expect((await remove(ada.factorId, helper)).data!.mfaFactorRemove.userErrors).toEqual([]);
});

test('a stranger neither adds, verifies nor removes', async () => {
  const id = 'mfafactor_01jd3m5yq0e8ktp0a3y7w9gq3h';
  const answers = [
    await enrollTotp(auth),
    await verifyFactor(auth, id, { code: '123456' }),
    await remove(id),
  ];
  for (const { errors } of answers)
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
});

test('beginning anew takes the place of what was begun; adding wants a recent login and a sensible name', async () => {
  const ada = await signUp(auth);
  const first = (await enrollTotp(auth, ada.actor)).data!.mfaFactorEnroll;
  await enrollTotp(auth, ada.actor, 'TOTP', ' My phone ');
  expect((await factorsOf(ada.id, ada.actor)).mfaFactors).toHaveLength(1);
  const code = authenticatorOf(first.secret).code();
  const late = await verifyFactor(auth, first.mfaFactor.id, { code }, ada.actor);
  expect(late.data!.mfaFactorVerify.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  const endless = (await enrollTotp(auth, ada.actor, 'TOTP', 'x'.repeat(61))).data!.mfaFactorEnroll;
  expect(endless.userErrors).toMatchObject([{ code: 'INVALID', field: ['input', 'name'] }]);
  const stale = { ...ada.actor, authenticatedAt: new Date('2026-01-15T18:00:00Z') };
  expect((await enrollTotp(auth, stale)).data!.mfaFactorEnroll.userErrors).toMatchObject([
    { code: 'STEP_UP_REQUIRED' },
  ]);
});

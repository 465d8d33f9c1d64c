import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, actorOf, goodPassword, logIn, refresh, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const longAgo = new Date('2026-01-15T18:00:00Z');

async function stepUp(as: Actor | undefined, password?: string | null) {
  const document = `mutation($input: SessionStepUpInput!) {
    sessionStepUp(input: $input) {
      session { id current authenticatedAt amr }
      tokens { accessToken refreshToken expiresAt }
      userErrors { code message field }
    }
  }`;
  return auth.execute(document, { input: { password } }, as);
}

/** Someone whose session began long ago. */
async function someoneOfLongAgo() {
  const person = await signUp(auth);
  await auth.database.session.update({
    where: { id: person.actor.sessionId },
    data: { authenticatedAt: longAgo },
  });
  return { ...person, actor: { ...person.actor, authenticatedAt: longAgo } };
}

test('the password renews the proof of the session, and gives tokens that say so', async () => {
  const ada = await someoneOfLongAgo();
  const { session, tokens, userErrors } = (await stepUp(ada.actor, goodPassword)).data!.sessionStepUp;
  expect(userErrors).toEqual([]);
  expect(session).toMatchObject({
    id: encodeId('session', ada.actor.sessionId!),
    current: true,
    amr: ['pwd'],
  });
  const { authenticatedAt, ...rest } = actorOf(tokens.accessToken);
  expect(rest).toEqual({ ...ada.actor, authenticatedAt: undefined });
  expect(Date.now() - authenticatedAt!.getTime()).toBeLessThan(60_000);
  expect(Math.floor(Date.parse(session.authenticatedAt) / 1000)).toBe(authenticatedAt!.getTime() / 1000);
  // The next refresh goes on from here.
  const next = (await refresh(auth, tokens.refreshToken)).data!.sessionRefresh.tokens;
  expect(actorOf(next.accessToken).authenticatedAt).toEqual(authenticatedAt);
});

test('the refresh token before it is used up: whoever has it ends the session', async () => {
  const ada = await signUp(auth);
  const { tokens } = (await stepUp(ada.actor, goodPassword)).data!.sessionStepUp;
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
  expect((await refresh(auth, tokens.refreshToken)).data!.sessionRefresh.tokens).toBeNull();
});

test.each([
  ['wrong', 'not the password'],
  ['left out', undefined],
  ['empty', ''],
  ['null', null],
])('a password that is %s renews nothing', async (_how, password) => {
  const ada = await someoneOfLongAgo();
  expect((await stepUp(ada.actor, password)).data!.sessionStepUp).toEqual({
    session: null,
    tokens: null,
    userErrors: [{ code: 'INVALID_CREDENTIALS', message: expect.any(String), field: ['input', 'password'] }],
  });
  const session = await auth.database.session.findUniqueOrThrow({ where: { id: ada.actor.sessionId } });
  expect(session.authenticatedAt).toEqual(longAgo);
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
});

test('it takes ten guesses in half an hour, from wherever they come', async () => {
  const ada = await signUp(auth);
  for (let attempt = 0; attempt < 10; attempt += 1) await stepUp(ada.actor, 'not the password');
  expect((await stepUp(ada.actor, goodPassword)).errors).toMatchObject([
    { extensions: { code: 'RATE_LIMITED', retryAfter: expect.any(Number) } },
  ]);
});

test('the new proof is the caller’s session’s alone', async () => {
  const ada = await someoneOfLongAgo();
  const { data } = await logIn(auth, ada.email);
  const other = actorOf(data!.sessionCreate.tokens.accessToken);
  await stepUp(other, goodPassword);
  const session = await auth.database.session.findUniqueOrThrow({ where: { id: ada.actor.sessionId } });
  expect(session.authenticatedAt).toEqual(longAgo);
});

test('nobody steps up a session in somebody’s name', async () => {
  const ada = await signUp(auth);
  const program = { ...ada.actor, clientId: ada.actor.userId };
  expect((await stepUp(program, goodPassword)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('a stranger, and a session that is over, are refused', async () => {
  expect((await stepUp(undefined, goodPassword)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  const ada = await signUp(auth);
  await auth.database.session.update({ where: { id: ada.actor.sessionId }, data: { revokedAt: new Date() } });
  expect((await stepUp(ada.actor, goodPassword)).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED' } },
  ]);
});

test('dangerous changes want a recent login: ending the sessions of others, and rotating keys', async () => {
  const [ada, admin] = [await signUp(auth), await signUp(auth)];
  const scopes = ['auth:admin'];
  const [stale, recent] = [
    { ...admin.actor, authenticatedAt: longAgo, scopes },
    { ...admin.actor, scopes },
  ];
  const documents = [
    `mutation { result: sessionsRevokeAll(userId: "${ada.id}") { userErrors { code details } } }`,
    'mutation { result: signingKeyRotate { userErrors { code details } } }',
  ];
  for (const document of documents) {
    expect((await auth.execute(document, {}, stale)).data!.result.userErrors).toEqual([
      {
        code: 'STEP_UP_REQUIRED',
        details: { mutation: 'sessionStepUp', maxAgeSeconds: 900, secondFactor: false },
      },
    ]);
  }
  expect((await refresh(auth, ada.refreshToken)).data!.sessionRefresh.userErrors).toEqual([]);
  for (const document of documents)
    expect((await auth.execute(document, {}, recent)).data!.result.userErrors).toEqual([]);
  const own = `mutation { result: sessionsRevokeAll(userId: "${admin.id}") { userErrors { code } } }`;
  expect((await auth.execute(own, {}, stale)).data!.result.userErrors).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteEnded } from './housekeeping.ts';
import {
  begin,
  complete,
  type ForeignKronos,
  foreigner,
  goThere,
  linkTo,
  signInBy,
  startForeignKronos,
  startHome,
  trailOf,
} from './identity.test-kit.ts';
import { complete as completeByFactor, signUpWithFactor } from './mfa.test-kit.ts';
import { type Auth, actorOf, goodPassword, logIn } from './test-kit.ts';

let foreign: ForeignKronos;
let home: Auth;
beforeAll(async () => {
  foreign = await startForeignKronos();
  home = await startHome(foreign);
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await foreign[Symbol.asyncDispose]();
});

const refused = (code: string) => ({
  session: null,
  tokens: null,
  challenge: null,
  isNewAccount: null,
  userErrors: [expect.objectContaining({ code })],
});

/** Somebody new who has come as far as back to us, with a code in hand. */
async function comeBack() {
  const person = await foreigner(foreign);
  const { authorizationUrl, ticket } = await begin(home);
  return { person, ticket, callbackUrl: await goThere(foreign, authorizationUrl, person) };
}

test('a stranger is told by which providers they can log in', async () => {
  expect((await home.execute('{ signInProviders { name } }')).data).toEqual({
    signInProviders: [{ name: 'acme' }],
  });
});

test('whom nobody knows gets an account without a password, and comes back to it', async () => {
  const ada = await foreigner(foreign);
  const first = await signInBy(foreign, home, ada);
  expect(first).toMatchObject({
    session: { amr: ['fed'], user: { email: ada.email } },
    challenge: null,
    isNewAccount: true,
    userErrors: [],
  });
  const { userId, amr } = actorOf(first.tokens.accessToken);
  expect(amr).toEqual(['fed']);
  const account = await home.database.account.findUniqueOrThrow({ where: { id: userId } });
  expect(account).toMatchObject({ email: ada.email, passwordHash: null, emailVerifiedAt: expect.any(Date) });
  const created = await home.database.outbox.findFirstOrThrow({
    where: { name: 'userCreated', payload: { path: ['userId'], equals: userId } },
  });
  expect(created.payload).toMatchObject({ displayName: ada.email.split('@')[0], roles: ['user'] });

  const second = await signInBy(foreign, home, ada);
  expect(second).toMatchObject({
    isNewAccount: false,
    session: { user: first.session.user },
    userErrors: [],
  });
  expect(second.session.id).not.toBe(first.session.id);
  expect(await trailOf(home, { userId })).toEqual(['SIGNED_UP', 'IDENTITY_LINKED', 'LOGGED_IN']);
});

test('without a password no password lets in, and nothing tells that there is none', async () => {
  const ada = await foreigner(foreign);
  await signInBy(foreign, home, ada);
  const answer = (await logIn(home, ada.email)).data!.sessionCreate;
  expect(answer).toEqual((await logIn(home, 'nobody@example.com')).data!.sessionCreate);
  expect(answer.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
});

test('what came back counts once', async () => {
  const { ticket, callbackUrl } = await comeBack();
  const answers = await Promise.all([1, 2].map(() => complete(home, ticket, callbackUrl)));
  const payloads = answers.map(({ data }) => data!.oauthSignInComplete);
  expect(payloads.filter(({ tokens }) => tokens)).toHaveLength(1);
  expect(payloads).toContainEqual(refused('INVALID_TOKEN'));
  expect((await complete(home, ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('INVALID_TOKEN'),
  );
});

test('a code counts once at the provider, too', async () => {
  const { ticket, callbackUrl } = await comeBack();
  await complete(home, ticket, callbackUrl);
  const again = await begin(home);
  const state = new URL(again.authorizationUrl).searchParams.get('state')!;
  callbackUrl.searchParams.set('state', state);
  expect((await complete(home, again.ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
});

test.each(['state', 'iss', 'code'])('a %s that is not the one is refused', async (parameter) => {
  const { ticket, callbackUrl } = await comeBack();
  callbackUrl.searchParams.set(parameter, 'https://evil.example');
  expect((await complete(home, ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
});

test.each(['state', 'iss', 'code'])('an answer without its %s is refused', async (parameter) => {
  const { ticket, callbackUrl } = await comeBack();
  callbackUrl.searchParams.delete(parameter);
  expect((await complete(home, ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
});

test.each([
  ['nonce', 'another-nonce'],
  ['code_challenge', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'],
])('a code that was got with a %s of somebody else is refused', async (parameter, value) => {
  const { authorizationUrl, ticket } = await begin(home);
  const url = new URL(authorizationUrl);
  url.searchParams.set(parameter, value);
  const callbackUrl = await goThere(foreign, url.href, await foreigner(foreign));
  expect((await complete(home, ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
});

test('nobody is logged in by what somebody else has begun', async () => {
  const eve = await comeBack();
  const ada = await begin(home);
  // Eve sends Ada to the address that she came back to: Ada's ticket is for another state.
  expect((await complete(home, ada.ticket, eve.callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
  expect((await complete(home, 'made up', eve.callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('INVALID_TOKEN'),
  );
});

test('nothing is finished later than ten minutes after it was begun, and then it is deleted', async () => {
  const { ticket, callbackUrl } = await comeBack();
  await home.database.foreignSignIn.updateMany({ where: { usedAt: null }, data: { expiresAt: new Date() } });
  expect((await complete(home, ticket, callbackUrl)).data!.oauthSignInComplete).toEqual(
    refused('INVALID_TOKEN'),
  );
  await deleteEnded(home.database, new Date(Date.now() + 1));
  expect(await home.database.foreignSignIn.count({ where: { usedAt: null } })).toBe(0);
});

test('what is kept of it meanwhile can be used by nobody who reads the database', async () => {
  const { authorizationUrl, ticket } = await begin(home);
  const rows = JSON.stringify(await home.database.foreignSignIn.findMany());
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(rows).not.toContain(new URL(authorizationUrl).searchParams.get(name));
  expect(rows).not.toContain(ticket);
});

test('who does not want, is told so', async () => {
  const { authorizationUrl, ticket } = await begin(home);
  const browser = foreign.browser();
  await browser.open(authorizationUrl);
  const { url } = await browser.submit({ action: 'cancel' });
  expect(url).toContain('error=access_denied');
  expect((await complete(home, ticket, url)).data!.oauthSignInComplete).toEqual(refused('SIGN_IN_DENIED'));
});

test.each([
  ['an unknown provider', { provider: 'nobody' }, 'NOT_FOUND'],
  ['a page of another origin', { redirectUri: 'https://evil.example/signed-in' }, 'INVALID'],
  ['a page that only looks like ours', { redirectUri: 'https://kronos.example@evil.example/' }, 'INVALID'],
  ['a page with a query', { redirectUri: 'https://kronos.example/?next=https://evil.example' }, 'INVALID'],
  ['a page with a fragment', { redirectUri: 'https://kronos.example/#a' }, 'INVALID'],
  ['a script', { redirectUri: 'javascript:alert(1)' }, 'INVALID'],
  ['no address', { redirectUri: 'signed-in' }, 'INVALID'],
  ['an endless address', { redirectUri: `https://kronos.example/${'a'.repeat(3000)}` }, 'INVALID'],
])('%s is refused before anybody is sent anywhere', async (_name, input, code) => {
  expect(await begin(home, input)).toMatchObject({
    authorizationUrl: null,
    ticket: null,
    userErrors: [{ code }],
  });
});

test.each([
  ['another page', (url: URL) => `https://evil.example/${url.search}`],
  ['another page of ours', (url: URL) => `https://kronos.example/other${url.search}`],
  ['no address', () => 'nowhere'],
  ['an endless address', (url: URL) => `${url.href}&more=${'a'.repeat(10_000)}`],
])('who comes back to %s is refused', async (_name, change) => {
  const { ticket, callbackUrl } = await comeBack();
  expect((await complete(home, ticket, change(callbackUrl))).data!.oauthSignInComplete).toEqual(
    refused('SIGN_IN_FAILED'),
  );
});

test('an address alone lets nobody in to the account that has it', async () => {
  const ada = await foreigner(foreign);
  const input = { email: ada.email, password: goodPassword, displayName: 'Ada' };
  await home.execute(
    'mutation($input: UserSignUpInput!) { userSignUp(input: $input) { userErrors { code } } }',
    {
      input,
    },
  );
  const { session, userErrors } = await signInBy(foreign, home, ada);
  expect(session).toBeNull();
  expect(userErrors).toEqual([
    { code: 'EMAIL_TAKEN', message: expect.stringContaining('identityLinkStart'), field: null },
  ]);
  expect(await home.database.linkedIdentity.count({ where: { subject: ada.id } })).toBe(0);
});

test('nobody gets an account by an address that is not verified there', async () => {
  const eve = await foreigner(foreign, false);
  expect(await signInBy(foreign, home, eve)).toEqual(refused('EMAIL_UNVERIFIED'));
  expect(await home.database.account.count({ where: { email: eve.email } })).toBe(0);
});

test('who is suspended is refused, once they have proved who they are', async () => {
  const ada = await foreigner(foreign);
  const { userId } = actorOf((await signInBy(foreign, home, ada)).tokens.accessToken);
  await home.database.account.update({ where: { id: userId }, data: { suspendedAt: new Date() } });
  expect(await signInBy(foreign, home, ada)).toEqual(refused('ACCOUNT_SUSPENDED'));
});

test('a second factor is asked for as after a password', async () => {
  const [here, there] = [await signUpWithFactor(home), await foreigner(foreign)];
  expect((await linkTo(foreign, home, here, there)).userErrors).toEqual([]);
  const { challenge, ...rest } = await signInBy(foreign, home, there);
  expect(rest).toMatchObject({ session: null, tokens: null, userErrors: [{ code: 'MFA_REQUIRED' }] });
  expect(challenge.kinds).toEqual(['TOTP']);
  const proof = { challengeId: challenge.id, code: here.authenticator.code() };
  const { session, userErrors } = (await completeByFactor(home, proof)).data!.sessionCreateComplete;
  expect(userErrors).toEqual([]);
  expect(session).toMatchObject({ amr: ['fed', 'otp', 'mfa'], user: { id: here.id } });
});

test('a provider that is another than it was lets nobody in to what was linked', async () => {
  const ada = await foreigner(foreign);
  await signInBy(foreign, home, ada);
  await home.database.linkedIdentity.updateMany({
    where: { subject: ada.id },
    data: { issuer: 'https://before.example' },
  });
  expect((await signInBy(foreign, home, ada)).session).toBeNull();
});

test('while the provider is away, that is said, with when to come again', async () => {
  const { ticket, callbackUrl } = await comeBack();
  await foreign.goAway();
  const { errors } = await complete(home, ticket, callbackUrl);
  const unavailable = [
    { extensions: { code: 'SERVICE_UNAVAILABLE', retryAfter: 10, details: { provider: 'acme' } } },
  ];
  expect(errors).toMatchObject(unavailable);
  // What it has said of itself is remembered; who begins now finds it when it is back.
  expect((await begin(home)).userErrors).toEqual([]);
  await using fresh = await startHome(foreign);
  const start = `mutation { oauthSignInStart(input: {provider: "acme", redirectUri: "https://kronos.example/a"}) { ticket } }`;
  expect((await fresh.execute(start)).errors).toMatchObject(unavailable);
  await foreign.comeBack();
  expect((await fresh.execute(start)).data!.oauthSignInStart.ticket).toBeTruthy();
});

test('a place is slowed down that begins again and again', async () => {
  await using slow = await startHome(foreign);
  for (let count = 0; count < 100; count += 1) await begin(slow, { provider: 'nobody' });
  const start = `mutation { oauthSignInStart(input: {provider: "acme", redirectUri: "https://kronos.example/a"}) { ticket } }`;
  expect((await slow.execute(start)).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
});

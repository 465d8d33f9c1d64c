import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkActions, type TokenPurpose } from '../account-token.rules.ts';
import { Browser, type Shown } from '../provider/testing/browser.ts';
import { logIn, type MailingAuth, type Person, signUp, startMailingAuth, tokenTo } from '../test-kit.ts';

const origin = 'https://kronos.example';
const newPassword = 'quite another horse by the river';

let auth: MailingAuth;
let port: number;
beforeAll(async () => {
  auth = await startMailingAuth({ KRONOS_PUBLIC_URL: origin });
  await auth.app.listen({ host: '127.0.0.1', port: 0 });
  port = (auth.app.server.address() as AddressInfo).port;
});
afterAll(() => auth[Symbol.asyncDispose]());

/** As the gateway passes a request on. */
async function send(url: string | URL, options: RequestInit = {}): Promise<Response> {
  const { pathname, search } = new URL(url, origin);
  const headers = new Headers(options.headers);
  headers.set('x-kronos-gateway-token', await auth.authorization());
  headers.set('x-kronos-client-address', '192.0.2.1');
  return fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...options, headers });
}

const browser = () => new Browser(send, origin);
const pathOf = (purpose: TokenPurpose, token: string) => `/account/${linkActions[purpose]}?token=${token}`;
const accountOf = (person: Person) =>
  auth.database.account.findUniqueOrThrow({ where: { id: person.actor.userId } });

async function ask(document: string, input: Record<string, string>, as?: Person): Promise<void> {
  const { errors } = await auth.execute(document, { input }, as?.actor);
  expect(errors).toBeUndefined();
}

const askReset = (email: string) =>
  ask(
    'mutation($input: PasswordResetRequestInput!) { passwordResetRequest(input: $input) { userErrors { code } } }',
    { email },
  );
const askChange = (person: Person, newEmail: string) =>
  ask(
    'mutation($input: EmailChangeRequestInput!) { emailChangeRequest(input: $input) { userErrors { code } } }',
    { newEmail },
    person,
  );

/** Gives an account an address through the pages, and a token of the way back. */
async function changed(person: Person, newEmail: string): Promise<string> {
  await askChange(person, newEmail);
  const window = browser();
  await window.open(pathOf('CHANGE_EMAIL', await tokenTo(auth, newEmail, 'confirm-email')));
  await window.submit({});
  return tokenTo(auth, person.email, 'revert-email');
}

/** Letters of somebody new, with the token of each. */
const tokens: Record<TokenPurpose, (person: Person) => Promise<string>> = {
  VERIFY_EMAIL: ({ email }) => tokenTo(auth, email, 'verify-email'),
  async RESET_PASSWORD({ email }) {
    await askReset(email);
    return tokenTo(auth, email, 'reset-password');
  },
  async CHANGE_EMAIL(person) {
    await askChange(person, `new-${person.email}`);
    return tokenTo(auth, `new-${person.email}`, 'confirm-email');
  },
  REVERT_EMAIL: (person) => changed(person, `thief-${person.email}`),
};
const purposes = Object.keys(tokens) as TokenPurpose[];

function expectPage({ headers, text }: Shown, token: string): void {
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*script-src 'none'.*form-action 'self'/,
  );
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(text.replace(`name="token" value="${token}"`, '')).not.toContain(token);
  expect(text).not.toMatch(/<script|undefined|\[object/);
}

test.each(purposes)('%s: opening the link changes nothing, its form does, once', async (purpose) => {
  const ada = await signUp(auth);
  const token = await tokens[purpose](ada);
  const before = await accountOf(ada);
  const window = browser();
  for (let times = 0; times < 2; times += 1) {
    const asked = await window.open(pathOf(purpose, token));
    expect(asked.status).toBe(200);
    expectPage(asked, token);
  }
  await send(pathOf(purpose, token), { method: 'HEAD' });
  expect(await accountOf(ada)).toEqual(before);

  const done = await window.submit(purpose === 'RESET_PASSWORD' ? { newPassword } : {});
  expect([done.status, new URL(done.url).search]).toEqual([200, '']);
  expectPage(done, token);
  expect(await accountOf(ada)).not.toEqual(before);

  const after = await accountOf(ada);
  const body = new URLSearchParams({ token, newPassword: 'a third horse that is not in it' });
  const again = await window.open(`/account/${linkActions[purpose]}`, { method: 'POST', body });
  expect([again.status, (await window.open(pathOf(purpose, token))).status]).toEqual([422, 422]);
  expect(again.text).toMatch(/This did not work.*role="alert".*This link was used before/s);
  expectPage(again, token);
  expect(await accountOf(ada)).toEqual(after);
});

test.each(purposes)(
  '%s: a token that is too old, made up, or of another link, does nothing',
  async (purpose) => {
    const ada = await signUp(auth);
    const other = purpose === 'VERIFY_EMAIL' ? 'RESET_PASSWORD' : 'VERIFY_EMAIL';
    const wrong = await tokens[other](ada);
    const old = await tokens[purpose](ada);
    await auth.database.accountToken.updateMany({
      where: { accountId: ada.actor.userId, purpose },
      data: { expiresAt: new Date() },
    });
    const before = await accountOf(ada);
    for (const token of [old, wrong, 'made-up', '"><script>', '']) {
      const window = browser();
      const asked = await window.open(pathOf(purpose, encodeURIComponent(token)));
      expect(asked.status).toBe(422);
      const body = new URLSearchParams({ token, newPassword });
      const sent = await window.open(`/account/${linkActions[purpose]}`, { method: 'POST', body });
      expect(sent.status).toBe(422);
      expect(sent.text).not.toContain('<form');
    }
    expect(await accountOf(ada)).toEqual(before);
  },
);

test('what is wrong with a new password stands beside it, and the link stays good', async () => {
  const ada = await signUp(auth);
  const window = browser();
  const asked = await window.open(pathOf('RESET_PASSWORD', await tokens.RESET_PASSWORD(ada)));
  expect(asked.text).toMatch(/<label for="newPassword">.*type="password" autocomplete="new-password"/s);
  for (const weak of ['', 'Password1234!', 'x'.repeat(129), ada.email]) {
    const refused = await window.submit({ newPassword: weak });
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/<title>Error: .*role="alert".*href="#newPassword"/s);
    expect(refused.text).toMatch(/id="fault".*aria-describedby="fault hint" aria-invalid="true"/s);
  }
  expect((await window.submit({ newPassword })).status).toBe(200);
  expect((await logIn(auth, ada.email, newPassword)).data!.sessionCreate.userErrors).toEqual([]);
});

test('an address that somebody has by now is not given to another', async () => {
  const [ada, bob] = [await signUp(auth), await signUp(auth)];
  const window = browser();
  await window.open(pathOf('CHANGE_EMAIL', await tokens.CHANGE_EMAIL(ada)));
  await auth.database.account.update({
    where: { id: bob.actor.userId! },
    data: { email: `new-${ada.email}` },
  });
  const refused = await window.submit({});
  expect([refused.status, refused.text]).toEqual([422, expect.stringContaining('There is an account with')]);
  expect((await accountOf(ada)).email).toBe(ada.email);
});

test('a form that a browser says is of another site is refused', async () => {
  const ada = await signUp(auth);
  const body = new URLSearchParams({ token: await tokens.VERIFY_EMAIL(ada) });
  const post = (headers: Record<string, string>) =>
    send('/account/verify-email', { method: 'POST', body, headers });
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin },
    { origin: 'https://evil.example' },
  ] as Record<string, string>[]) {
    expect((await post(headers)).status).toBe(403);
  }
  expect((await accountOf(ada)).emailVerifiedAt).toBeNull();
  // What browsers send for a page without a referrer.
  expect((await post({ 'sec-fetch-site': 'same-origin', origin: 'null' })).status).toBe(200);
});

test('it takes small forms, through the gateway alone', async () => {
  const url = '/account/verify-email';
  const large = new URLSearchParams({ token: 'x'.repeat(17 * 1024) });
  expect((await send(url, { method: 'POST', body: large })).status).toBe(413);
  const headers = { 'content-type': 'application/json' };
  expect((await send(url, { method: 'POST', body: '{"token":"x"}', headers })).status).toBe(415);
  expect((await send('/account/other?token=x')).status).toBe(404);
  for (const method of ['GET', 'POST']) {
    expect((await fetch(`http://127.0.0.1:${port}${url}`, { method })).status).toBe(401);
  }
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromiumPath, launchChromium } from '../kit/chromium.ts';
import { type Client, client, logIn, type Person, signUp } from '../kit/client.ts';
import { type Kronos, startKronos } from '../kit/kronos.ts';
import { tokenIn } from '../kit/mailbox.ts';

const issuer = new URL(inject('kronosUrl')).origin;

/** Where people log in by the system that all stories share. */
let kronos: Kronos;
let browser: Browser;
let callback: string;
beforeAll(async () => {
  if (!chromiumPath) return;
  const administrator = await logIn(inject('kronosAdministrator'));
  const { oauthClientCreate: made } = await administrator.data(
    `mutation { oauthClientCreate(input: {name: "Another company", scopes: ["openid", "email"], redirectUris: ["http://localhost:3000/callback"]}) {
      oauthClient { id } secret userErrors { code } } }`,
  );
  const provider = { name: 'acme', issuer, clientId: made.oauthClient.id, clientSecret: made.secret };
  [kronos, browser] = await Promise.all([
    startKronos({
      environment: {
        KRONOS_SIGN_IN_PROVIDERS: JSON.stringify([{ ...provider, scopes: ['openid', 'email'] }]),
      },
    }),
    launchChromium(),
  ]);
  callback = new URL('/callback', kronos.url).href;
});
afterAll(async () => {
  await browser?.close();
  await kronos?.[Symbol.asyncDispose]();
});

/** Somebody of the other company, who has confirmed their address there, and a page in a browser of theirs. */
async function colleague(name: string): Promise<Person & { page: Page }> {
  const person = await signUp(name);
  const token = await tokenIn(person.email, 'verify-email');
  await person.data(
    'mutation($token: String!) { emailVerify(input: {token: $token}) { userErrors { code } } }',
    {
      token,
    },
  );
  const page = await (await browser.newContext()).newPage();
  return Object.assign(person, { page });
}

/** Follows the address of a start to the other company and back: gives the address at which the person arrives. */
async function comeBack({ page, email, password }: Person & { page: Page }, url: string): Promise<string> {
  await page.goto(url);
  if (!page.url().startsWith(callback)) {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await page.waitForURL((address) => address.href.startsWith(callback));
  }
  return page.url();
}

const start = `mutation($uri: String!) { start: oauthSignInStart(input: {provider: "acme", redirectUri: $uri}) {
  authorizationUrl ticket userErrors { code } } }`;
const linkStart = start.replace('oauthSignInStart', 'identityLinkStart');
const complete = `mutation($ticket: String!, $callbackUrl: String!) {
  done: oauthSignInComplete(input: {ticket: $ticket, callbackUrl: $callbackUrl}) {
    session { user { id displayName } } tokens { accessToken } userErrors { code } } }`;
const link = `mutation($ticket: String!, $callbackUrl: String!) {
  done: identityLink(input: {ticket: $ticket, callbackUrl: $callbackUrl}) { linkedIdentity { id } userErrors { code } } }`;
const unlink =
  'mutation($id: ID!) { done: identityUnlink(id: $id) { linkedIdentity { id } userErrors { code } } }';
const identities = '{ viewer { user { linkedIdentities { id provider } } } }';

async function begin(by: Client, document: string) {
  const { start } = await by.data(document, { uri: callback });
  expect(start.userErrors).toEqual([]);
  return start as { authorizationUrl: string; ticket: string };
}
const codesOf = async (by: Client, document: string, variables: Record<string, string>) =>
  (await by.data(document, variables)).done.userErrors.map(({ code }: { code: string }) => code);

test.skipIf(!chromiumPath)(
  'people log in by an account at another company, and nobody else by theirs',
  async () => {
    const stranger = client(undefined, kronos.url);
    expect(await stranger.data('{ signInProviders { name } }')).toEqual({
      signInProviders: [{ name: 'acme' }],
    });
    const ada = await colleague('Ada');
    const { authorizationUrl, ticket } = await begin(stranger, start);
    const callbackUrl = await comeBack(ada, authorizationUrl);

    const other = await begin(stranger, start);
    expect(await codesOf(stranger, complete, { ticket: other.ticket, callbackUrl })).not.toEqual([]);
    const { done } = await stranger.data(complete, { ticket, callbackUrl });
    expect(done).toMatchObject({
      session: { user: { id: expect.stringMatching(/^user_/) } },
      userErrors: [],
    });
    expect(await codesOf(stranger, complete, { ticket, callbackUrl })).toEqual(['INVALID_TOKEN']);

    const here = client(done.tokens.accessToken, kronos.url);
    const { viewer } = await here.data(identities);
    expect(viewer.user.linkedIdentities).toEqual([{ id: expect.any(String), provider: 'acme' }]);
    const mine = { id: viewer.user.linkedIdentities[0].id };
    expect(await codesOf(await signUp('Eve', kronos.url), unlink, mine)).toEqual(['NOT_FOUND']);
    // It is the only way in.
    expect(await codesOf(here, unlink, mine)).toEqual(['LAST_CREDENTIAL']);
  },
);

test.skipIf(!chromiumPath)('an account is linked by its owner, and unlinked by nobody else', async () => {
  const [ben, cora] = [await signUp('Ben', kronos.url), await colleague('Cora')];
  const { errors } = await client(undefined, kronos.url).query(linkStart, { uri: callback });
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');

  const { authorizationUrl, ticket } = await begin(ben, linkStart);
  const callbackUrl = await comeBack(cora, authorizationUrl);
  const eve = await signUp('Eve', kronos.url);
  expect(await codesOf(eve, link, { ticket, callbackUrl })).toEqual(['INVALID_TOKEN']);
  const { done } = await ben.data(link, { ticket, callbackUrl });
  expect(done.userErrors).toEqual([]);

  const { id } = done.linkedIdentity;
  expect(await codesOf(eve, unlink, { id })).toEqual(['NOT_FOUND']);
  expect(await codesOf(ben, unlink, { id })).toEqual([]);
  expect((await ben.data(identities)).viewer.user.linkedIdentities).toEqual([]);
});

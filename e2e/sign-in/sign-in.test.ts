import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as oauth from 'openid-client';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromiumPath, launchChromium } from '../kit/chromium.ts';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const origin = new URL(inject('kronosUrl')).origin;

let administrator: Client;
let browser: Browser | undefined;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
  if (chromiumPath) browser = await launchChromium();
});
afterAll(() => browser?.close());

const createClient = `mutation($input: OAuthClientCreateInput!) {
  oauthClientCreate(input: $input) { oauthClient { id } secret userErrors { code message } }
}`;

async function register(input: object): Promise<{ id: string; secret: string }> {
  const { oauthClientCreate: made } = await administrator.data(createClient, { input });
  expect(made.userErrors).toEqual([]);
  return { id: made.oauthClient.id, secret: made.secret };
}

/** The application of the README, as it stands there, in a process of its own. */
async function startApplication() {
  const port = await freePort();
  const registered = await register({
    name: 'My application',
    scopes: ['openid', 'email', 'kronos'],
    redirectUris: ['http://localhost:3000/callback'],
  });
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const code = /## Sign in with Kronos.*?```js\n(.*?)```/s.exec(readme)![1]!;
  const env = {
    PATH: process.env.PATH,
    KRONOS_URL: origin,
    CLIENT_ID: registered.id,
    CLIENT_SECRET: registered.secret,
    PORT: String(port),
  };
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  return {
    url: String(url),
    registered,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** Fills in the login page by the keyboard alone, as somebody does who sees no page. */
async function logInByKeyboard(page: Page, { email }: Person, password: string) {
  await page.getByLabel('E-mail address').fill(email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
}

test.skipIf(!chromiumPath).each([true, false])(
  'an application signs its users in from the README alone (JavaScript: %s)',
  async (javaScriptEnabled) => {
    await using application = await startApplication();
    const ada = await signUp('Ada');
    const context = await browser!.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      // The application has no icon, for which every browser asks.
      const isOfApplication = message.location().url.startsWith(application.url);
      if (message.type() === 'error' && !isOfApplication) complaints.push(message.text());
    });

    await page.goto(application.url);
    expect(await page.title()).toBe('Log in – Kronos');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await expectFocus(page, 'email');
    await logInByKeyboard(page, ada, 'something else entirely');
    const alert = page.getByRole('alert');
    expect(await alert.textContent()).toContain(
      'There is no account with this e-mail address and this password.',
    );
    await expectFocus(page, 'password');

    await logInByKeyboard(page, ada, ada.password);
    await page.getByRole('heading', { name: 'Allow My application?' }).waitFor();
    expect(await page.locator('main').textContent()).toContain(ada.email);
    await page.getByRole('button', { name: 'Allow', exact: true }).press('Enter');
    await page.waitForURL(/\/callback/);
    const text = await page.locator('body').textContent();
    expect(text).toBe(`Hello Ada, you are ${ada.id} and ${ada.email}.`);

    await page.goto(`${origin}/oauth/logout?client_id=${application.registered.id}`);
    await page.getByRole('button', { name: 'Log out' }).press('Enter');
    await page.getByRole('heading', { name: 'You are logged out' }).waitFor();
    await page.goto(application.url);
    expect(await page.title()).toBe('Log in – Kronos');
    // Of the page whose password was wrong, by its status.
    expect(complaints.filter((complaint) => !complaint.includes('422'))).toEqual([]);
    await context.close();
  },
);

async function expectFocus(page: Page, id: string) {
  expect(await page.locator(':focus').getAttribute('id')).toBe(id);
}

test.skipIf(!chromiumPath)('who does not allow it goes back with nothing', async () => {
  await using application = await startApplication();
  const ada = await signUp('Ada');
  const context = await browser!.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(application.url);
  await logInByKeyboard(page, ada, ada.password);
  await page.getByRole('button', { name: 'Do not allow' }).click();
  expect(await page.locator('body').textContent()).toMatch(/Signing in did not work/);
  await context.close();
});

test('a service uses what it was given, and nothing that is for people', async () => {
  const { serviceSecrets } = JSON.parse(readFileSync(join(inject('kronosHome'), 'credentials.json'), 'utf8'));
  const { oauthClients } = await administrator.data(
    '{ oauthClients(first: 100) { nodes { id name scopes } } }',
  );
  const known = oauthClients.nodes.find(({ name }: Json) => name === 'core-user-service');
  expect(known.scopes).toEqual(['database:lease', 'users:read']);
  const config = await oauth.discovery(
    new URL(origin),
    known.id,
    undefined,
    oauth.ClientSecretBasic(serviceSecrets['core-user-service']),
    { execute: [oauth.allowInsecureRequests] },
  );
  const { access_token: token } = await oauth.clientCredentialsGrant(config);
  const service = client(token);
  const ada = await signUp('Ada');
  const document = 'query($i: [ID!]!) { nodes(ids: $i) { ... on User { email displayName } } }';
  const seen = await service.query(document, { i: [ada.id] });
  expect(seen.errors).toBeUndefined();
  expect(seen.data.nodes).toEqual([{ email: ada.email, displayName: 'Ada' }]);

  const refused = await service.query('{ notifications(first: 1) { totalCount } }');
  expect(refused.errors?.[0]?.extensions).toMatchObject({
    code: 'FORBIDDEN',
    details: { requires: 'PERSON' },
  });
  const beyond = await service.query('{ oauthClients { totalCount } }');
  expect(beyond.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('a service that is deleted is refused within a second, and its stream ends', async () => {
  const made = await register({
    name: 'Short-lived',
    scopes: ['users:read'],
    grantTypes: ['client_credentials'],
  });
  const issue = `mutation($i: ServiceTokenIssueInput!) {
    serviceTokenIssue(input: $i) { tokens { accessToken } userErrors { code } }
  }`;
  const { serviceTokenIssue } = await administrator.data(issue, { i: { clientId: made.id } });
  const service = client(serviceTokenIssue.tokens.accessToken);
  const stream = await service.listen('subscription { userCreated { user { id } } }');
  expect((await service.query('{ viewer { scopes } }')).status).toBe(200);

  const remove = 'mutation($id: ID!) { oauthClientDelete(id: $id) { deletedId userErrors { code } } }';
  const begun = Date.now();
  await administrator.data(remove, { id: made.id });
  let last: Json;
  for await (const result of stream) last = result;
  expect(last.errors[0].extensions.code).toBe('UNAUTHENTICATED');
  expect(Date.now() - begun).toBeLessThan(2_000);
  await waitUntil(async () => (await service.query('{ viewer { scopes } }')).status === 401);
});

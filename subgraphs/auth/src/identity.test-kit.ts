import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Actor } from '@kronos/subgraph/testing';
import { expect } from 'vitest';
import { goThrough, type Registered, register } from './provider/testing/application.ts';
import { startProvider, type TestProvider } from './provider/testing/test-provider.ts';
import { type Auth, type Person, signUp, startAuth } from './test-kit.ts';

export const redirectUri = 'https://kronos.example/signed-in';

/** Another company's Kronos, by which people log in to ours. It answers over HTTP, as any foreign provider does. */
export interface ForeignKronos extends TestProvider {
  /** Ours, as it is registered there. */
  client: Registered;
  /** Stops to answer until `comeBack`, as a provider does that is away. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

/** Starts a second Kronos and registers ours as a client of it. */
export async function startForeignKronos(): Promise<ForeignKronos> {
  let provider: TestProvider | undefined;
  const server = createServer((request, response) => void relay(provider!, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  provider = await startProvider({ KRONOS_PUBLIC_URL: `http://127.0.0.1:${port}` });
  const client = await register(provider, { scopes: ['openid', 'email'], redirectUris: [redirectUri] });

  async function goAway(): Promise<void> {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  return {
    ...provider,
    client,
    goAway,
    async comeBack() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async [Symbol.asyncDispose]() {
      await goAway();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** Passes a request on as the gateway does. */
async function relay(provider: TestProvider, request: IncomingMessage, response: ServerResponse) {
  const { authorization, 'content-type': contentType } = request.headers;
  const answer = await provider.fetch(request.url!, {
    method: request.method,
    headers: { ...(authorization && { authorization }), ...(contentType && { 'content-type': contentType }) },
    body: request.method === 'POST' ? await text(request) : null,
  });
  const headers = [...answer.headers].filter(
    ([name]) => !/^(transfer-encoding|content-encoding|content-length)$/.test(name),
  );
  response.writeHead(answer.status, Object.fromEntries(headers)).end(await answer.text());
}

/** Our own Kronos, where `acme` is the foreign one. */
export function startHome(foreign: ForeignKronos): Promise<Auth> {
  const { id: clientId, secret: clientSecret } = foreign.client;
  const acme = { name: 'acme', issuer: foreign.issuer, clientId, clientSecret, scopes: ['openid', 'email'] };
  return startAuth({
    KRONOS_PUBLIC_URL: 'https://kronos.example',
    KRONOS_SIGN_IN_PROVIDERS: JSON.stringify([acme]),
  });
}

/** Somebody with an account at the foreign Kronos, whose address is verified there unless it is said otherwise. */
export async function foreigner(foreign: ForeignKronos, isVerified = true): Promise<Person> {
  const person = await signUp(foreign);
  await foreign.database.account.update({
    where: { id: person.actor.userId },
    data: { emailVerifiedAt: isVerified ? new Date() : null },
  });
  return person;
}

/** What a client has in hand while somebody is at the other provider. */
export interface Begun {
  authorizationUrl: string;
  ticket: string;
  userErrors: { code: string; field: string[] | null }[];
}

export async function begin(home: Auth, input: object = {}): Promise<Begun> {
  const { data, errors } = await home.execute(
    `mutation($input: OAuthSignInStartInput!) {
      oauthSignInStart(input: $input) { authorizationUrl ticket expiresAt userErrors { code field } }
    }`,
    { input: { provider: 'acme', redirectUri, ...input } },
  );
  expect(errors).toBeUndefined();
  return data!.oauthSignInStart;
}

/** Finishes a log-in by what has come back. */
export function complete(home: Auth, ticket: string, callbackUrl: string | URL) {
  return home.execute(
    `mutation($input: OAuthSignInCompleteInput!) {
      oauthSignInComplete(input: $input) {
        session { id amr user { id email } } tokens { accessToken refreshToken } challenge { id kinds } isNewAccount
        userErrors { code message field }
      }
    }`,
    { input: { ticket, callbackUrl: String(callbackUrl) } },
  );
}

/** Goes through the foreign Kronos' pages in a browser of one's own, and gives the address to which one comes back. */
export function goThere(foreign: ForeignKronos, url: string, person: Person): Promise<URL> {
  return goThrough(foreign.browser(), new URL(url), person);
}

/** The whole way of somebody who logs in by the foreign Kronos. */
export async function signInBy(foreign: ForeignKronos, home: Auth, person: Person) {
  const { authorizationUrl, ticket } = await begin(home);
  const answer = await complete(home, ticket, await goThere(foreign, authorizationUrl, person));
  expect(answer.errors).toBeUndefined();
  return answer.data!.oauthSignInComplete;
}

export async function beginLink(home: Auth, as?: Actor, input: object = {}) {
  return home.execute(
    `mutation($input: IdentityLinkStartInput!) {
      identityLinkStart(input: $input) { authorizationUrl ticket userErrors { code field } }
    }`,
    { input: { provider: 'acme', redirectUri, ...input } },
    as,
  );
}

export async function link(home: Auth, ticket: string, callbackUrl: string | URL, as?: Actor) {
  return home.execute(
    `mutation($input: IdentityLinkInput!) {
      identityLink(input: $input) { linkedIdentity { id provider subject } userErrors { code field } }
    }`,
    { input: { ticket, callbackUrl: String(callbackUrl) } },
    as,
  );
}

/** The whole way of somebody with an account here who links the one that they have at the foreign Kronos. */
export async function linkTo(foreign: ForeignKronos, home: Auth, here: Person, there: Person) {
  const begun = (await beginLink(home, here.actor)).data!.identityLinkStart;
  const callbackUrl = await goThere(foreign, begun.authorizationUrl, there);
  return (await link(home, begun.ticket, callbackUrl, here.actor)).data!.identityLink;
}

export async function unlink(home: Auth, id: string, as?: Actor) {
  return home.execute(
    'mutation($id: ID!) { identityUnlink(id: $id) { linkedIdentity { id } userErrors { code field } } }',
    { id },
    as,
  );
}

/** The kinds of the security events of an account here, oldest first. */
export async function trailOf(home: Auth, { userId }: Actor): Promise<string[]> {
  const events = await home.database.securityEvent.findMany({ where: { userId }, orderBy: { id: 'asc' } });
  return events.map(({ kind }) => kind);
}

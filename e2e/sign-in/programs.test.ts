import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { beforeAll, expect, inject, test } from 'vitest';
import { Browser } from '../../subgraphs/auth/src/provider/testing/browser.ts';
import { type Client, client, type Json, logIn, type Person, signUp } from '../kit/client.ts';
import { waitUntil } from '../kit/resuming-listener.ts';

const origin = new URL(inject('kronosUrl')).origin;
const redirectUri = 'https://photos.example.com/callback';

let administrator: Client;
let ada: Person;
let mallory: Person;
beforeAll(async () => {
  administrator = await logIn(inject('kronosAdministrator'));
  [ada, mallory] = await Promise.all([signUp('Ada'), signUp('Mallory')]);
});

/** A program that is registered, and what it is told of itself. */
async function register(input: object): Promise<{ id: string; secret: string }> {
  const { oauthClientCreate: made } = await administrator.data(
    `mutation($input: OAuthClientCreateInput!) {
      oauthClientCreate(input: $input) { oauthClient { id } secret userErrors { code message } }
    }`,
    { input },
  );
  expect(made.userErrors).toEqual([]);
  return { id: made.oauthClient.id, secret: made.secret };
}

const registerService = (scopes: string[]) =>
  register({ name: 'Service', scopes, grantTypes: ['client_credentials'] });

const registerPhotos = () =>
  register({ name: 'Photos', scopes: ['openid', 'kronos', 'users:read'], redirectUris: [redirectUri] });

const configure = ({ id }: { id: string }, secret: string) =>
  oauth.discovery(new URL(origin), id, undefined, oauth.ClientSecretBasic(secret), {
    execute: [oauth.allowInsecureRequests],
  });

/** The token that a service gets, or why it gets none. */
async function tokenOf(service: { id: string }, secret: string): Promise<{ token?: string; error?: string }> {
  try {
    const config = await configure(service, secret);
    return { token: (await oauth.clientCredentialsGrant(config)).access_token };
  } catch (error) {
    const { cause } = error as { cause?: { parameters: { error: string } }[] };
    return { error: cause?.[0]?.parameters.error };
  }
}

/** A person signs in at a program over the pages, without JavaScript. */
async function signIn(program: { id: string; secret: string }, person: Person) {
  const config = await configure(program, program.secret);
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid kronos',
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const browser = new Browser((to, options) => fetch(to, { ...options, redirect: 'manual' }), origin);
  await browser.open(url);
  await browser.submit({ email: person.email, password: person.password, action: 'login' });
  await browser.submit({ action: 'allow' });
  const tokens = await oauth.authorizationCodeGrant(config, new URL(browser.shown.url), { pkceCodeVerifier });
  return { config, tokens };
}

/** What a service that has `users:read` sees of ada. */
async function emailSeenBy(service: Client): Promise<string> {
  const { nodes } = await service.data('query($ids: [ID!]!) { nodes(ids: $ids) { ... on User { email } } }', {
    ids: [ada.id],
  });
  return nodes[0].email;
}

/** The code by which somebody is refused whom the graph does not even ask for more. */
async function refusalOf(caller: Client, document: string, variables: object): Promise<string | undefined> {
  const { errors } = await caller.query(document, variables as Record<string, unknown>);
  return errors?.[0]?.extensions.code;
}

const update = `mutation($id: ID!, $input: OAuthClientUpdateInput!) {
  oauthClientUpdate(id: $id, input: $input) { oauthClient { name scopes idTokenAlgorithm } userErrors { code } }
}`;
const rotate = `mutation($id: ID!) {
  oauthClientSecretRotate(id: $id, input: { overlapHours: 0 }) { secret userErrors { code } }
}`;
const remove = 'mutation($id: ID!) { oauthClientDelete(id: $id) { deletedId userErrors { code } } }';
const issue = `mutation($input: ServiceTokenIssueInput!) {
  serviceTokenIssue(input: $input) { tokens { accessToken } userErrors { code field } }
}`;
const introspect = `query($token: String!) {
  tokenIntrospect(token: $token) { active user { id } clientId scopes }
}`;
const authorizations = `query($id: ID!) {
  user(id: $id) { authorizations { nodes { id clientId clientName scopes } } }
}`;
const revoke = 'mutation($id: ID!) { authorizationRevoke(id: $id) { revokedId userErrors { code } } }';

test('a program is changed, gets another secret and is deleted by administrators, and by nobody else', async () => {
  const service = await registerService(['users:read']);
  const { id } = service;
  const input = { name: 'Renamed', scopes: [], idTokenAlgorithm: 'EDDSA' };
  for (const [document, variables] of [
    [update, { id, input }],
    [rotate, { id }],
    [remove, { id }],
    [issue, { input: { clientId: id } }],
  ] as const) {
    expect(await refusalOf(mallory, document, variables)).toBe('FORBIDDEN');
    expect(await refusalOf(client(), document, variables)).toBe('UNAUTHENTICATED');
  }
  const { token } = await tokenOf(service, service.secret);
  const holder = client(token);
  expect(await emailSeenBy(holder)).toBe(ada.email);

  const { oauthClientSecretRotate: renewed } = await administrator.data(rotate, { id });
  expect(renewed.userErrors).toEqual([]);
  expect(await tokenOf(service, service.secret)).toEqual({ error: 'invalid_client' });
  expect((await tokenOf(service, renewed.secret)).token).toBeTruthy();

  const { oauthClientUpdate: changed } = await administrator.data(update, { id, input });
  expect(changed).toEqual({ oauthClient: input, userErrors: [] });
  // What it has lost, the token still claims.
  await waitUntil(async () => (await holder.query('{ viewer { scopes } }')).status === 401);

  const { oauthClientDelete: deleted } = await administrator.data(remove, { id });
  expect(deleted).toEqual({ deletedId: id, userErrors: [] });
  expect(await tokenOf(service, renewed.secret)).toEqual({ error: 'invalid_client' });
  const again = await administrator.data(remove, { id });
  expect(again.oauthClientDelete.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
});

test('an administrator makes a token for a service, of what it was given and no more', async () => {
  const { id: clientId } = await registerService(['users:read', 'router:read']);
  const made = await administrator.data(issue, { input: { clientId, scopes: ['users:read'] } });
  const service = client(made.serviceTokenIssue.tokens.accessToken);
  expect(decodeJwt(made.serviceTokenIssue.tokens.accessToken)).toMatchObject({ scope: 'users:read' });
  expect(await emailSeenBy(service)).toBe(ada.email);
  const beyond = await administrator.data(issue, { input: { clientId, scopes: ['auth:admin'] } });
  expect(beyond.serviceTokenIssue).toEqual({
    tokens: null,
    userErrors: [{ code: 'INVALID', field: ['input', 'scopes'] }],
  });
  // Not even an administrator gets a token in the name of a program that asks people.
  const photos = await registerPhotos();
  const none = await administrator.data(issue, { input: { clientId: photos.id } });
  expect(none.serviceTokenIssue.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
});

test('a person sees what they let a program do and takes it back; nobody else does, the program neither', async () => {
  const photos = await registerPhotos();
  const { config, tokens } = await signIn(photos, ada);
  const program = client(tokens.access_token);
  expect((await program.data('{ viewer { user { id } } }')).viewer.user.id).toBe(ada.id);

  const { user } = await ada.data(authorizations, { id: ada.id });
  const [authorization] = user.authorizations.nodes;
  expect(user.authorizations.nodes).toEqual([
    { id: authorization.id, clientId: photos.id, clientName: 'Photos', scopes: ['openid', 'kronos'] },
  ]);
  expect((await administrator.data(authorizations, { id: ada.id })).user).toEqual(user);
  for (const stranger of [mallory, client()]) {
    const { data } = await stranger.query(authorizations, { id: ada.id });
    expect(data?.user?.authorizations ?? null).toBeNull();
  }

  const { id } = authorization;
  expect(await refusalOf(client(), revoke, { id })).toBe('UNAUTHENTICATED');
  expect(await refusalOf(program, revoke, { id })).toBe('FORBIDDEN');
  const notHers = await mallory.data(revoke, { id });
  expect(notHers.authorizationRevoke).toEqual({ revokedId: null, userErrors: [{ code: 'NOT_FOUND' }] });
  expect((await program.query('{ viewer { user { id } } }')).status).toBe(200);

  const hers = await ada.data(revoke, { id });
  expect(hers.authorizationRevoke).toEqual({ revokedId: id, userErrors: [] });
  await waitUntil(async () => (await program.query('{ viewer { user { id } } }')).status === 401);
  await expect(oauth.refreshTokenGrant(config, tokens.refresh_token!)).rejects.toMatchObject({
    error: 'invalid_grant',
  });
  expect((await ada.data(authorizations, { id: ada.id })).user.authorizations.nodes).toEqual([]);
});

test('a service looks at tokens that it is called with; people and other services do not', async () => {
  const looking = await registerService(['service']);
  const service = client((await tokenOf(looking, looking.secret)).token);
  const other = await registerService(['users:read']);
  const { token: ofOther } = await tokenOf(other, other.secret);
  const look = async (token: string): Promise<Json> =>
    (await service.data(introspect, { token })).tokenIntrospect;

  const photos = await registerPhotos();
  const { tokens } = await signIn(photos, ada);
  expect(await look(tokens.access_token)).toEqual({
    active: true,
    user: { id: ada.id },
    clientId: photos.id,
    scopes: ['kronos'],
  });
  expect(await look(ada.token!)).toMatchObject({ active: true, user: { id: ada.id }, clientId: null });
  expect(await look(ofOther!)).toMatchObject({ active: true, user: null, clientId: other.id });
  const nothing = { active: false, user: null, clientId: null, scopes: [] };
  for (const token of [tokens.id_token!, tokens.refresh_token!, 'x', `${ada.token}x`]) {
    expect(await look(token)).toEqual(nothing);
  }
  for (const caller of [ada, mallory, administrator, client(ofOther)]) {
    expect(await refusalOf(caller, introspect, { token: ada.token })).toBe('FORBIDDEN');
  }
  expect(await refusalOf(client(), introspect, { token: ada.token })).toBe('UNAUTHENTICATED');
});

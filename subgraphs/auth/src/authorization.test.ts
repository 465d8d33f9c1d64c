import type { Actor } from '@kronos/subgraph/testing';
import { decodeJwt } from 'jose';
import * as oauth from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configure, errorOf, register, registerService, signIn } from './provider/testing/application.ts';
import { startProvider, type TestProvider } from './provider/testing/test-provider.ts';
import { type Person, revokedSessionIds, signUp } from './test-kit.ts';

let provider: TestProvider;
let ada: Person;
let grace: Person;
beforeAll(async () => {
  provider = await startProvider();
  ada = await signUp(provider);
  grace = await signUp(provider);
});
afterAll(() => provider[Symbol.asyncDispose]());

const administrator: Actor = { scopes: ['auth:admin', 'users:read'] };

async function authorizationsOf(person: Person, as?: Actor) {
  const document = `query($r: [_Any!]!) {
    _entities(representations: $r) {
      ... on User { authorizations { totalCount nodes { id clientId clientName scopes createdAt lastUsedAt expiresAt } } }
    }
  }`;
  const { data } = await provider.execute(document, { r: [{ __typename: 'User', id: person.id }] }, as);
  return data!._entities[0].authorizations;
}

const revoke = (id: string, as?: Actor) =>
  provider.execute(
    'mutation($id: ID!) { authorizationRevoke(id: $id) { revokedId userErrors { code } } }',
    { id },
    as,
  );

test('people see what they have let programs do, and take it back', async () => {
  const client = await register(provider);
  const config = await configure(provider, client);
  const tokens = await signIn(provider, config, ada);
  const { sid } = decodeJwt<{ sid: string }>(tokens.access_token);

  const mine = await authorizationsOf(ada, ada.actor);
  expect(mine).toMatchObject({
    totalCount: 1,
    nodes: [
      { clientId: client.id, clientName: 'Photos', scopes: ['openid', 'email', 'offline_access', 'kronos'] },
    ],
  });
  expect((await authorizationsOf(ada, administrator)).totalCount).toBe(1);
  expect(await authorizationsOf(ada, grace.actor)).toBeNull();
  expect(await authorizationsOf(ada)).toBeNull();

  const [{ id }] = mine.nodes;
  expect(id.replace('authorization_', 'session_')).toBe(sid);
  expect((await revoke(id)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  const notFound = {
    data: { authorizationRevoke: { revokedId: null, userErrors: [{ code: 'NOT_FOUND' }] } },
  };
  expect(await revoke(id, grace.actor)).toEqual(notFound);
  expect(await revoke('authorization_1', ada.actor)).toEqual(notFound);
  // A login of one's own is none, and a program takes nothing back.
  const { sessionId } = ada.actor;
  expect(sessionId).toBeDefined();
  const byClient = await revoke(id, { ...ada.actor, clientId: '0193c8a5-0000-7000-8000-000000000001' });
  expect(byClient.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');

  const before = (await revokedSessionIds(provider)).length;
  expect(await revoke(id, ada.actor)).toEqual({
    data: { authorizationRevoke: { revokedId: id, userErrors: [] } },
  });
  expect(await revokedSessionIds(provider)).toHaveLength(before + 1);
  expect(await errorOf(oauth.refreshTokenGrant(config, tokens.refresh_token!))).toBe('invalid_grant');
  expect((await authorizationsOf(ada, ada.actor)).totalCount).toBe(0);
});

const introspect = (token: string, as?: Actor) =>
  provider.execute(
    'query($t: String!) { tokenIntrospect(token: $t) { active user { id } clientId scopes expiresAt } }',
    { t: token },
    as,
  );
const looking: Actor = { serviceId: '0193c8a5-0000-7000-8000-000000000002', scopes: ['service'] };
const inactive = { active: false, user: null, clientId: null, scopes: [], expiresAt: null };

test('services look at the tokens that they were called with', async () => {
  const client = await register(provider);
  const tokens = await signIn(provider, await configure(provider, client), ada);
  const seen = await introspect(tokens.access_token, looking);
  expect(seen.data!.tokenIntrospect).toMatchObject({
    active: true,
    user: { id: ada.id },
    clientId: client.id,
    scopes: ['kronos'],
  });
  expect((await introspect(ada.accessToken, looking)).data!.tokenIntrospect).toMatchObject({
    active: true,
    user: { id: ada.id },
    clientId: null,
  });
  for (const token of ['', 'nonsense', tokens.id_token!, tokens.refresh_token!, 'a'.repeat(10_000)]) {
    expect((await introspect(token, looking)).data!.tokenIntrospect).toEqual(inactive);
  }
  expect((await introspect('x')).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  expect((await introspect('x', ada.actor)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

const issue = (input: object, as?: Actor) =>
  provider.execute(
    `mutation($i: ServiceTokenIssueInput!) {
      serviceTokenIssue(input: $i) { tokens { accessToken expiresAt } userErrors { code field } }
    }`,
    { i: input },
    as,
  );

test('an administrator makes a token of a service, as its credentials would', async () => {
  const service = await registerService(provider, ['users:read', 'service']);
  const { data } = await issue({ clientId: service.id, scopes: ['users:read'] }, administrator);
  const { accessToken } = data!.serviceTokenIssue.tokens;
  expect(decodeJwt(accessToken)).toMatchObject({
    iss: provider.issuer,
    sub: service.id,
    client_id: service.id,
    scope: 'users:read',
    roles: ['service'],
  });
  expect((await introspect(accessToken, looking)).data!.tokenIntrospect).toMatchObject({
    active: true,
    user: null,
  });

  const codes = async (input: object, as: Actor) =>
    (await issue(input, as)).data!.serviceTokenIssue.userErrors;
  expect(await codes({ clientId: service.id, scopes: ['router:read'] }, administrator)).toMatchObject([
    { code: 'INVALID' },
  ]);
  expect(await codes({ clientId: service.id }, { scopes: ['auth:admin'] })).toMatchObject([
    { code: 'FORBIDDEN' },
  ]);
  const application = await register(provider);
  for (const clientId of [application.id, 'user_1', '']) {
    expect(await codes({ clientId }, administrator)).toMatchObject([{ code: 'NOT_FOUND' }]);
  }
  const yesterday = { ...administrator, authenticatedAt: new Date(Date.now() - 86_400_000) };
  expect(await codes({ clientId: service.id }, yesterday)).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  expect((await issue({ clientId: service.id })).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
  expect((await issue({ clientId: service.id }, ada.actor)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('a service sees of people what its scopes allow', async () => {
  const document = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on User { email } } }';
  const variables = { r: [{ __typename: 'User', id: ada.id }] };
  const emailFor = async (scopes: string[]) =>
    (await provider.execute(document, variables, { ...looking, scopes })).data!._entities[0].email;
  expect(await emailFor(['users:read'])).toBe(ada.email);
  expect(await emailFor(['service'])).toBeNull();
});

import { createHash } from 'node:crypto';
import { isOpaqueToken } from '@kronos/service';
import { encodeId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Auth, signUp, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const administrator: Actor = { scopes: ['auth:admin'] };
const fields = 'id name scopes operations createdAt expiresAt lastUsedAt revokedAt user { id }';
const create = `mutation($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) { apiToken { ${fields} } secret userErrors { code message field details } }
}`;
const revoke = `mutation($id: ID!) {
  apiTokenRevoke(id: $id) { apiToken { id revokedAt } userErrors { code field } }
}`;
const list = '{ apiTokens { nodes { id lastUsedAt } totalCount } }';
const document = `sha256:${createHash('sha256').update('{ viewer { scopes } }').digest('hex')}`;

/** Somebody with these rights. */
async function personWith(scopes: string[] = []) {
  const person = await signUp(auth);
  await auth.database.account.update({ where: { id: person.actor.userId! }, data: { scopes } });
  return { ...person, actor: { ...person.actor, scopes } };
}

async function make(as: Actor, input: object = {}) {
  const { data, errors } = await auth.execute(create, { input: { name: 'nightly job', ...input } }, as);
  expect(errors).toBeUndefined();
  return data!.apiTokenCreate;
}

async function exchange(token: string, as?: string) {
  const response = await auth.app.inject({
    method: 'POST',
    url: '/api-tokens/exchange',
    headers: { authorization: as ?? (await auth.authorization()) },
    payload: { hash: createHash('sha256').update(token).digest('hex') },
  });
  return { status: response.statusCode, body: response.json() };
}

test('a token is shown once, kept as its hash, and exchanged for an access token with its scopes', async () => {
  const ada = await personWith(['events:admin', 'users:read']);
  const { apiToken, secret, userErrors } = await make(ada.actor, { scopes: ['users:read', 'users:read'] });
  expect(userErrors).toEqual([]);
  expect(isOpaqueToken(secret)).toBe(true);
  expect(apiToken).toMatchObject({
    name: 'nightly job',
    scopes: ['users:read'],
    operations: null,
    lastUsedAt: null,
    user: { id: ada.id },
  });
  const days = (Date.parse(apiToken.expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(89.9);
  expect(days).toBeLessThan(90.1);
  const rows = await auth.database.$queryRaw<{ row: string }[]>`SELECT t::text AS row FROM api_token t`;
  expect(JSON.stringify(rows)).not.toContain(secret.split('_')[2]);

  const { status, body } = await exchange(secret);
  expect(status).toBe(200);
  const claims = decodeJwt(body.accessToken);
  expect(claims).toMatchObject({ sub: ada.id, api_token: apiToken.id, scope: 'users:read' });
  for (const claim of ['sid', 'roles', 'auth_time', 'amr', 'operations'])
    expect(claims).not.toHaveProperty(claim);
  expect((await auth.execute(list, {}, ada.actor)).data!.apiTokens.nodes[0].lastUsedAt).not.toBeNull();
});

test('a token has what is left of its scopes at every use', async () => {
  const ada = await personWith(['a:read', 'b:read']);
  const { secret } = await make(ada.actor, { scopes: ['a:read', 'b:read'] });
  await auth.database.account.update({ where: { id: ada.actor.userId! }, data: { scopes: ['b:read'] } });
  expect(decodeJwt((await exchange(secret)).body.accessToken).scope).toBe('b:read');
});

test('a token for certain documents says which', async () => {
  const ada = await personWith();
  const { apiToken, secret } = await make(ada.actor, { operations: [document] });
  expect(apiToken.operations).toEqual([document]);
  const { operations } = decodeJwt((await exchange(secret)).body.accessToken);
  expect(operations).toEqual([document.slice('sha256:'.length)]);
});

test('the access token ends with the API token', async () => {
  const ada = await personWith();
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const { secret } = await make(ada.actor, { expiresAt });
  const { body } = await exchange(secret);
  expect(Date.parse(body.expiresAt)).toBeLessThanOrEqual(Date.parse(expiresAt));
  await auth.database.apiToken.updateMany({
    where: { accountId: ada.actor.userId! },
    data: { expiresAt: new Date() },
  });
  expect((await exchange(secret)).status).toBe(404);
});

test.each([
  ['a scope that the caller does not have', { scopes: ['auth:admin'] }, 'INVALID', ['input', 'scopes']],
  ['no name', { name: ' ' }, 'REQUIRED', ['input', 'name']],
  ['a name too long', { name: 'x'.repeat(81) }, 'INVALID', ['input', 'name']],
  ['no documents', { operations: [] }, 'INVALID', ['input', 'operations']],
  ['a document that is no hash', { operations: ['{ viewer }'] }, 'INVALID', ['input', 'operations', '0']],
  ['101 documents', { operations: new Array(101).fill(document) }, 'INVALID', ['input', 'operations']],
  ['101 scopes', { scopes: new Array(101).fill('users:read') }, 'INVALID', ['input', 'scopes']],
  ['an end in the past', { expiresAt: '2020-01-01T00:00:00Z' }, 'INVALID', ['input', 'expiresAt']],
  ['an end too far off', { expiresAt: '2099-01-01T00:00:00Z' }, 'INVALID', ['input', 'expiresAt']],
])('%s is refused', async (_name, input, code, field) => {
  const ada = await personWith(['users:read']);
  const { apiToken, secret, userErrors } = await make(ada.actor, input);
  expect([apiToken, secret]).toEqual([null, null]);
  expect(userErrors).toMatchObject([{ code, field }]);
});

test('one person has fifty usable tokens at most, however many they ask for at a time', async () => {
  const ada = await personWith();
  const data = Array.from({ length: 48 }, (_none, index) => ({
    id: crypto.randomUUID(),
    accountId: ada.actor.userId!,
    name: 'x',
    hash: createHash('sha256').update(`${ada.id}${index}`).digest('hex'),
    expiresAt: new Date(Date.now() + 60_000),
  }));
  await auth.database.apiToken.createMany({ data });
  const made = await Promise.all(Array.from({ length: 6 }, () => make(ada.actor)));
  expect(made.filter(({ secret }) => secret)).toHaveLength(2);
});

test('what was revoked is worth nothing, and that is announced once', async () => {
  const ada = await personWith();
  const { apiToken, secret } = await make(ada.actor);
  const answers = await Promise.all(
    [1, 2, 3].map(() => auth.execute(revoke, { id: apiToken.id }, ada.actor)),
  );
  for (const { data } of answers) expect(data!.apiTokenRevoke.userErrors).toEqual([]);
  expect((await exchange(secret)).status).toBe(404);
  const revoked = await auth.database.outbox.findMany({ where: { name: 'apiTokenRevoked' } });
  expect(revoked.filter(({ key }) => key === ada.actor.userId)).toHaveLength(1);
  expect((await auth.execute(list, {}, ada.actor)).data!.apiTokens.totalCount).toBe(0);
  const trail = '{ securityEvents { nodes { kind details } } }';
  expect((await auth.execute(trail, {}, ada.actor)).data!.securityEvents.nodes).toMatchObject([
    { kind: 'API_TOKEN_REVOKED', details: { apiToken: apiToken.id } },
    { kind: 'API_TOKEN_CREATED', details: { apiToken: apiToken.id, scopes: [] } },
    { kind: 'SIGNED_UP' },
  ]);
});

test('another’s token is as good as none; administrators see and revoke it', async () => {
  const [ada, eve] = [await personWith(), await personWith()];
  const { apiToken } = await make(ada.actor);
  const one = 'query($id: ID!) { apiToken(id: $id) { id } }';
  const almost: Actor = { ...eve.actor, scopes: ['users:read', 'users:write'] };
  for (const id of [apiToken.id, encodeId('api_token', crypto.randomUUID()), 'nonsense']) {
    expect((await auth.execute(one, { id }, almost)).data).toEqual({ apiToken: null });
    expect((await auth.execute(revoke, { id }, almost)).data!.apiTokenRevoke).toMatchObject({
      apiToken: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['id'] }],
    });
  }
  const reach = `query($r: [_Any!]!) { _entities(representations: $r) {
    ... on User { apiTokens { totalCount } } ... on ApiToken { name } } }`;
  const r = [
    { __typename: 'User', id: ada.id },
    { __typename: 'ApiToken', id: apiToken.id },
  ];
  expect((await auth.execute(reach, { r }, almost)).data!._entities).toEqual([{ apiTokens: null }, null]);
  expect((await auth.execute(reach, { r }, administrator)).data!._entities).toEqual([
    { apiTokens: { totalCount: 1 } },
    { name: 'nightly job' },
  ]);
  expect((await auth.execute(revoke, { id: apiToken.id }, administrator)).data!.apiTokenRevoke).toMatchObject(
    {
      apiToken: { id: apiToken.id, revokedAt: expect.any(String) },
      userErrors: [],
    },
  );
});

test('strangers have no tokens, and nobody but a gateway exchanges one', async () => {
  const ada = await personWith();
  const { apiToken, secret } = await make(ada.actor);
  for (const [operation, variables] of [
    [create, { input: { name: 'x' } }],
    [revoke, { id: apiToken.id }],
    [list, {}],
    ['query($id: ID!) { apiToken(id: $id) { id } }', { id: apiToken.id }],
  ] as const) {
    const { errors } = await auth.execute(operation, variables);
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  }
  for (const credentials of ['', `Bearer ${ada.accessToken}`, `Bearer ${secret}`]) {
    expect((await exchange(secret, credentials)).status).toBe(401);
  }
  const answer = await auth.app.inject({
    method: 'POST',
    url: '/api-tokens/exchange',
    headers: { authorization: await auth.authorization() },
    payload: { hash: [secret] },
  });
  expect(answer.statusCode).toBe(400);
});

test('a token makes and revokes no tokens, and neither does an old login', async () => {
  const ada = await personWith(['auth:admin']);
  const { apiToken, secret } = await make(ada.actor, { scopes: ['auth:admin'] });
  const claims = decodeJwt<{ sub: string; scope: string }>((await exchange(secret)).body.accessToken);
  const byToken: Actor = {
    userId: ada.actor.userId!,
    apiTokenId: (await auth.database.apiToken.findFirstOrThrow({ where: { accountId: ada.actor.userId! } }))
      .id,
    scopes: claims.scope.split(' '),
    roles: [],
    authenticatedAt: null,
  };
  for (const [operation, variables] of [
    [create, { input: { name: 'x' } }],
    [revoke, { id: apiToken.id }],
    ['mutation { signingKeyRotate { userErrors { code } } }', {}],
  ] as const) {
    const { errors } = await auth.execute(operation, variables, byToken);
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
  const who = '{ viewer { user { id } scopes session { id } apiToken { id } } }';
  expect((await auth.execute(who, {}, byToken)).data!.viewer).toEqual({
    user: { id: ada.id },
    scopes: ['auth:admin'],
    session: null,
    apiToken: { id: apiToken.id },
  });
  const old: Actor = { ...ada.actor, authenticatedAt: new Date(Date.now() - 3_600_000) };
  expect((await make(old)).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
});

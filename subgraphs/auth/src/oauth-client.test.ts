import { encodeId, newId } from '@kronos/subgraph';
import type { Actor } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashSecret } from './secret-token.ts';
import { type Auth, startAuth } from './test-kit.ts';

let auth: Auth;
beforeAll(async () => {
  auth = await startAuth();
});
afterAll(() => auth[Symbol.asyncDispose]());

const administrator: Actor = { scopes: ['auth:admin', 'users:read'] };
const service = { name: 'core-user-service', scopes: ['users:read'], grantTypes: ['client_credentials'] };
const application = {
  name: 'Photos',
  scopes: ['openid', 'kronos', 'offline_access'],
  redirectUris: ['https://photos.example.com/callback'],
};

const fields =
  'id name scopes grantTypes redirectUris postLogoutRedirectUris confidential secrets { createdAt expiresAt }';
const createDocument = `mutation($i: OAuthClientCreateInput!) {
  oauthClientCreate(input: $i) { oauthClient { ${fields} } secret userErrors { code field message } }
}`;

async function create(input: object, actor: Actor = administrator) {
  const { data, errors } = await auth.execute(createDocument, { i: input }, actor);
  expect(errors).toBeUndefined();
  return data!.oauthClientCreate;
}

async function change(mutation: string, id: string, input: object, actor: Actor = administrator) {
  const type = `OAuthClient${mutation}Input`;
  const { data, errors } = await auth.execute(
    `mutation($id: ID!, $input: ${type}!) {
      result: oauthClient${mutation}(id: $id, input: $input) {
        oauthClient { ${fields} } ${mutation === 'SecretRotate' ? 'secret' : ''} userErrors { code field }
      }
    }`,
    { id, input },
    actor,
  );
  expect(errors).toBeUndefined();
  return data!.result;
}

const remove = async (id: string) =>
  (
    await auth.execute(
      'mutation($id: ID!) { oauthClientDelete(id: $id) { deletedId userErrors { code field } } }',
      { id },
      administrator,
    )
  ).data!.oauthClientDelete;

const announced = async () =>
  (
    await auth.database.outbox.findMany({
      where: { name: 'oauthClientChanged' },
      orderBy: { sequence: 'asc' },
    })
  ).map(({ payload }) => payload);

test('the document of the issue runs as it stands, and the secret is kept as a hash', async () => {
  const { data } = await auth.execute(
    'mutation($i: OAuthClientCreateInput!) { oauthClientCreate(input: $i) { oauthClient { id } secret userErrors { code message } } }',
    { i: service },
    administrator,
  );
  const { oauthClient, secret, userErrors } = data!.oauthClientCreate;
  expect(userErrors).toEqual([]);
  expect(oauthClient.id).toMatch(/^oauth_client_/);
  expect(secret).toMatch(/^kronos_secret_[\w-]{43}$/);
  const kept = await auth.database.oAuthClientSecret.findMany();
  expect(kept.map(({ hash }) => hash)).toContain(hashSecret(secret));
  expect(JSON.stringify([kept, await auth.database.oAuthClient.findMany()])).not.toContain(secret);
});

test('an application of people, and one that can keep no secret', async () => {
  const { oauthClient, secret } = await create(application);
  expect(oauthClient).toEqual({
    id: oauthClient.id,
    ...application,
    grantTypes: ['authorization_code', 'refresh_token'],
    postLogoutRedirectUris: [],
    confidential: true,
    secrets: [{ createdAt: expect.any(String), expiresAt: null }],
  });
  expect(secret).not.toBeNull();
  const open = await create({
    ...application,
    confidential: false,
    redirectUris: ['com.example.app:/callback'],
  });
  expect(open).toMatchObject({ secret: null, oauthClient: { confidential: false, secrets: [] } });
});

test('who may not have a client’s rights gets neither its secret nor its codes', async () => {
  const { oauthClient } = await create({ ...service, scopes: ['users:read'] });
  const some = { ...administrator, scopes: ['auth:admin'] };
  const rotate =
    'mutation($id: ID!) { done: oauthClientSecretRotate(id: $id) { secret userErrors { code } } }';
  const update = `mutation($id: ID!, $input: OAuthClientUpdateInput!) {
    done: oauthClientUpdate(id: $id, input: $input) { oauthClient { id } userErrors { code } } }`;
  const { id } = oauthClient;
  const grants = {
    grantTypes: ['authorization_code'],
    redirectUris: ['https://evil.example/'],
    scopes: ['users:read'],
  };
  for (const [document, input] of [[rotate], [update, grants]] as const)
    expect((await auth.execute(document, { id, input }, some)).data!.done).toMatchObject({
      userErrors: [{ code: 'FORBIDDEN' }],
    });
  expect(
    (await auth.execute(update, { id, input: { name: 'Renamed' } }, some)).data!.done.userErrors,
  ).toEqual([]);
});

test.each([
  [{ ...application, name: ' ' }, 'INVALID', 'name'],
  [{ ...application, scopes: ['service'] }, 'INVALID', 'scopes'],
  [{ ...application, name: 'a'.repeat(81) }, 'INVALID', 'name'],
  [{ ...application, name: 'a\u202eb' }, 'INVALID', 'name'],
  [{ ...application, scopes: ['users read'] }, 'INVALID', 'scopes'],
  [
    { ...application, scopes: Array.from({ length: 51 }, (_, index) => `a:${'b'.repeat(index % 30)}`) },
    'INVALID',
    'scopes',
  ],
  [{ ...application, grantTypes: ['implicit'] }, 'INVALID', 'grantTypes'],
  [{ ...application, grantTypes: ['password'] }, 'INVALID', 'grantTypes'],
  [{ ...application, grantTypes: [] }, 'INVALID', 'grantTypes'],
  [{ ...application, redirectUris: [] }, 'INVALID', 'redirectUris'],
  [{ ...application, redirectUris: ['http://example.com/'] }, 'INVALID', 'redirectUris.0'],
  [
    { ...application, postLogoutRedirectUris: ['javascript:alert(1)'] },
    'INVALID',
    'postLogoutRedirectUris.0',
  ],
  [{ ...service, confidential: false }, 'INVALID', 'grantTypes'],
])('what cannot be a client: %j', async (input, code, field) => {
  const { oauthClient, userErrors } = await create(input);
  expect(oauthClient).toBeNull();
  const [fault] = userErrors;
  expect([fault.code === 'REQUIRED' ? 'INVALID' : fault.code, fault.field.join('.')]).toEqual([
    code,
    `input.${field}`,
  ]);
});

test('nobody gives a right that they have not themselves, at once or later', async () => {
  const more = { ...service, scopes: ['users:read', 'router:write'] };
  expect((await create(more)).userErrors).toMatchObject([{ code: 'FORBIDDEN', field: ['input', 'scopes'] }]);
  const { oauthClient } = await create(service);
  expect((await change('Update', oauthClient.id, { scopes: more.scopes })).userErrors).toMatchObject([
    { code: 'FORBIDDEN' },
  ]);
  // What it has already it keeps, whoever changes its name.
  const renamed = await change(
    'Update',
    oauthClient.id,
    { name: 'Users', scopes: ['users:read'] },
    { scopes: ['auth:admin'] },
  );
  expect(renamed).toMatchObject({ oauthClient: { name: 'Users', scopes: ['users:read'] }, userErrors: [] });
});

test('a change keeps what it does not name, must fit together, and announces what may be asked for', async () => {
  const { oauthClient } = await create(application);
  const { id } = oauthClient;
  const before = (await announced()).length;
  expect((await change('Update', id, { name: 'Pictures' })).oauthClient).toMatchObject({
    name: 'Pictures',
    redirectUris: application.redirectUris,
  });
  expect(await announced()).toHaveLength(before);
  expect((await change('Update', id, { redirectUris: [] })).userErrors).toMatchObject([{ code: 'INVALID' }]);
  await change('Update', id, { scopes: ['openid'] });
  const clientId = (await auth.database.oAuthClient.findFirstOrThrow({ where: { name: 'Pictures' } })).id;
  expect((await announced()).at(-1)).toEqual({ clientId, scopes: ['openid'], isDeleted: false });
});

test('two secrets overlap, and never three', async () => {
  const { oauthClient, secret: first } = await create(service);
  const { id } = oauthClient;
  const second = await change('SecretRotate', id, {});
  expect(second.oauthClient.secrets).toMatchObject([{ expiresAt: null }, { expiresAt: expect.any(String) }]);
  const left = new Date(second.oauthClient.secrets[1].expiresAt).getTime() - Date.now();
  expect(left).toBeGreaterThan(23.9 * 3_600_000);
  expect(second.secret).not.toBe(first);

  const third = await change('SecretRotate', id, { overlapHours: 0 });
  expect(third.oauthClient.secrets).toMatchObject([{ expiresAt: null }]);
  expect((await change('SecretRotate', id, { overlapHours: 721 })).userErrors).toMatchObject([
    { code: 'INVALID' },
  ]);
  const open = await create({ ...application, confidential: false });
  expect((await change('SecretRotate', open.oauthClient.id, {})).userErrors).toMatchObject([
    { code: 'INVALID' },
  ]);
});

test('a client that is deleted is announced, and is not there any more', async () => {
  const { oauthClient } = await create(service);
  const { id } = oauthClient;
  expect(await remove(id)).toEqual({ deletedId: id, userErrors: [] });
  expect((await announced()).at(-1)).toMatchObject({ scopes: [], isDeleted: true });
  const gone = [{ code: 'NOT_FOUND', field: ['id'] }];
  expect((await remove(id)).userErrors).toEqual(gone);
  expect((await change('Update', id, { name: 'x' })).userErrors).toEqual(gone);
  expect((await change('SecretRotate', 'user_1', {})).userErrors).toEqual(gone);
  const read = `{ oauthClient(id: "${id}") { id } }`;
  expect(await auth.execute(read, {}, administrator)).toEqual({ data: { oauthClient: null } });
});

test('clients are listed in pages, newest first', async () => {
  const { oauthClient } = await create(service);
  const { data } = await auth.execute(
    '{ oauthClients(first: 2) { nodes { id } totalCount } }',
    {},
    administrator,
  );
  expect(data!.oauthClients.nodes).toHaveLength(2);
  expect(data!.oauthClients.nodes[0]).toEqual({ id: oauthClient.id });
  expect(data!.oauthClients.totalCount).toBe(await auth.database.oAuthClient.count());
});

const id = encodeId('oauth_client', newId());
test.each([
  '{ oauthClients { totalCount } }',
  `{ oauthClient(id: "${id}") { id } }`,
  'mutation { oauthClientCreate(input: {name: "x", scopes: []}) { secret } }',
  `mutation { oauthClientUpdate(id: "${id}", input: {name: "x"}) { oauthClient { id } } }`,
  `mutation { oauthClientDelete(id: "${id}") { deletedId } }`,
  `mutation { oauthClientSecretRotate(id: "${id}") { secret } }`,
])('administrators only: %s', async (document) => {
  const code = async (actor?: Actor) =>
    (await auth.execute(document, {}, actor)).errors?.[0]?.extensions?.code;
  expect(await code()).toBe('UNAUTHENTICATED');
  expect(await code({ scopes: ['users:read'] })).toBe('FORBIDDEN');
  expect(await code({ serviceId: newId(), scopes: ['service'] })).toBe('FORBIDDEN');
});

test('dangerous changes want a recent login, and are not made through an application', async () => {
  const yesterday = { ...administrator, authenticatedAt: new Date(Date.now() - 86_400_000) };
  expect((await create(service, yesterday)).userErrors).toMatchObject([{ code: 'STEP_UP_REQUIRED' }]);
  const { errors } = await auth.execute(
    createDocument,
    { i: service },
    { ...administrator, clientId: newId() },
  );
  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
});

test('every change is in the trail, without the secret', async () => {
  const { oauthClient, secret } = await create(service);
  await change('Update', oauthClient.id, { name: 'x' });
  await change('SecretRotate', oauthClient.id, {});
  await remove(oauthClient.id);
  const events = await auth.database.securityEvent.findMany({
    where: { details: { path: ['client'], equals: oauthClient.id } },
    orderBy: { occurredAt: 'asc' },
  });
  expect(events.map(({ kind }) => kind)).toEqual([
    'OAUTH_CLIENT_CREATED',
    'OAUTH_CLIENT_CHANGED',
    'OAUTH_CLIENT_CHANGED',
    'OAUTH_CLIENT_DELETED',
  ]);
  expect(JSON.stringify(events)).not.toContain(secret);
});

test('a client reached by its id alone is for administrators, too', async () => {
  const { oauthClient } = await create(service);
  const document = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on OAuthClient { name } } }';
  const variables = { r: [{ __typename: 'OAuthClient', id: oauthClient.id }] };
  expect((await auth.execute(document, variables, {})).data?._entities).toEqual([null]);
  expect((await auth.execute(document, variables, administrator)).data?._entities).toEqual([
    { name: service.name },
  ]);
});

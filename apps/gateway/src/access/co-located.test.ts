import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compose } from '@kronos/engine/testing';
import { createLogger } from '@kronos/service';
import {
  createSubgraphApp,
  createVerifyCaller,
  decodeId,
  defineSubgraph,
  forbidden,
  type RequestContext,
  type Subgraph,
} from '@kronos/subgraph';
import { exportJWK, generateKeyPair } from 'jose';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { sampleClient } from '../testing/sample-rules.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer, testUser } from '../testing/test-issuer.ts';
import { startTestRouter } from '../testing/test-router.ts';

const header = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})`;
const usersSdl = `${header('@key')}
  directive @anonymous on FIELD_DEFINITION
  "Reads." type Query { "Users." users: [User!]! @anonymous }
  "A person." type User @key(fields: "id") { "Its id." id: ID! "Its name." name: String! }`;
/** @param rules whether the rules are in it */
const diariesSdl = (rules: boolean) => `${header('@key', '@authenticated', '@requiresScopes')}
  directive @anonymous on FIELD_DEFINITION
  "Reads." type Query {
    "Who asks, as this subgraph is told." caller: String! @anonymous
    "Anybody's diary, which is for them alone." diary("Whose." ownerId: ID!): String @anonymous
    "The caller's own." mine: String! ${rules ? '@authenticated' : ''}
    "How many there are." count: Int ${rules ? '@requiresScopes(scopes: [["diaries:read"]])' : ''}
    "Fails." broken: String @anonymous
  }
  "Writes." type Mutation { "Writes into a diary." diaryWrite("Whose." ownerId: ID! "What." text: String!): String ${rules ? '@authenticated' : ''} }
  "A person." type User @key(fields: "id") { "Its id." id: ID! "What they wrote." diary: String }`;

const other = 'user_01jd3m5yq0e8ktp0a3y7w9gq3k';

/** The rule of this domain: a diary is for its owner. */
function ownDiary(ownerId: string, { viewer }: RequestContext): string {
  if (viewer?.userId !== decodeId('user', ownerId)) throw forbidden();
  return `Dear diary of ${ownerId}`;
}

const resolvers = {
  users: {
    Query: { users: () => [testUser, other].map((id) => ({ id, name: `name of ${id}` })) },
    User: { __resolveReference: ({ id }: { id: string }) => ({ id, name: `name of ${id}` }) },
  },
  diaries: {
    Query: {
      caller: (_: unknown, __: unknown, { logger: _logger, viewer, ...rest }: RequestContext) =>
        JSON.stringify({ ...rest, viewer: viewer && { ...viewer, scopes: [...viewer.scopes] } }),
      diary: (_: unknown, { ownerId }: { ownerId: string }, context: RequestContext) =>
        ownDiary(ownerId, context),
      mine: (_: unknown, __: unknown, { viewer }: RequestContext) => `diary of ${viewer?.userId}`,
      count: () => 2,
      broken() {
        throw new Error('password is hunter2');
      },
    },
    Mutation: {
      diaryWrite: (_: unknown, { ownerId, text }: Record<string, string>, context: RequestContext) =>
        `${ownDiary(ownerId!, context)}: ${text}`,
    },
    User: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      diary: ({ id }: { id: string }, _: unknown, context: RequestContext) => ownDiary(id, context),
    },
  },
};

const shop = sampleClient('shop');
const opened = new AsyncDisposableStack();
let issuer: TestIssuer;
let subgraphs: Subgraph[];
let remote: TestGateway;
let local: TestGateway;
/** Requests that came over HTTP, by whichever gateway. */
const overHttp = vi.fn();

beforeAll(async () => {
  issuer = opened.use(await startTestIssuer());
  const folder = mkdtempSync(join(tmpdir(), 'kronos-gateway-'));
  opened.defer(() => rmSync(folder, { recursive: true }));
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const key = { kid: 'test', alg: 'EdDSA' };
  const keyFile = file('key.json', JSON.stringify({ ...(await exportJWK(privateKey)), ...key }));
  const jwksFile = file('jwks.json', JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...key }] }));

  subgraphs = [];
  const urls: Record<string, string> = {};
  for (const [name, sdl] of Object.entries({ users: usersSdl, diaries: diariesSdl(true) })) {
    const subgraph = defineSubgraph<RequestContext>({
      name,
      schemaFile: pathToFileURL(file(`${name}.graphql`, sdl)),
      resolvers: resolvers[name as 'users'],
      createContext: (request) => request,
      readiness: async () => ({}),
      close: async () => undefined,
      logger: createLogger({ name, level: 'silent' }),
      metrics: new Registry(),
    });
    const verifyCaller = createVerifyCaller({ jwksFile, logger: subgraph.logger });
    const app = createSubgraphApp(subgraph, { verifyCaller });
    app.addHook('onRequest', async () => overHttp());
    opened.defer(() => app.close());
    urls[name] = `${await app.listen({ host: '127.0.0.1', port: 0 })}/graphql`;
    subgraphs.push(subgraph);
  }
  const supergraphSdl = compose({
    users: { sdl: usersSdl, url: urls.users },
    // The gateway knows no rule of this subgraph: what is refused, the subgraph itself has refused.
    diaries: { sdl: diariesSdl(false), url: urls.diaries },
  });
  const router = opened.use(await startTestRouter({ clients: [shop] }));
  const environment = {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_INTERNAL_KEY_FILE: keyFile,
    KRONOS_EDGE_RULES_URL: router.url,
  };
  remote = opened.use(await startTestGateway(supergraphSdl, environment));
  local = opened.use(await startTestGateway(supergraphSdl, environment, subgraphs));
});
afterAll(() => opened.disposeAsync());

/** Asks the gateway whose subgraphs are behind HTTP, and the one that has them in its process. */
async function askBoth(
  query: string,
  claims?: Parameters<TestIssuer['sign']>[0],
  more: Record<string, string> = {},
) {
  const headers = {
    ...more,
    'x-request-id': 'my-request',
    'user-agent': 'Tester/1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...(claims && { authorization: `Bearer ${await issuer.sign(claims)}` }),
  };
  const ask = async (gateway: TestGateway) => {
    const { status, body } = await gateway.post(query, { headers });
    for (const { extensions } of body.errors ?? []) delete extensions.timestamp;
    return { status, body };
  };
  const fromRemote = await ask(remote);
  overHttp.mockClear();
  const fromLocal = await ask(local);
  expect(overHttp).not.toHaveBeenCalled();
  expect(fromLocal).toEqual(fromRemote);
  return fromLocal;
}

test.each([
  ['a stranger', undefined],
  ['somebody', {}],
  ['somebody with scopes and roles', { scope: 'a:b c:d', roles: ['user', 'admin'] }],
  ['somebody without a session', { sid: undefined }],
  [
    'somebody who has proved who they are',
    { auth_time: 1_893_455_000, amr: ['pwd', 'mfa'], mfa_enrolled: true },
  ],
])('the subgraph is told the same of %s', async (_, claims) => {
  const { body } = await askBoth('{ caller }', claims);
  const caller = JSON.parse(String(body.data?.caller));
  expect(caller).toMatchObject({
    requestId: 'my-request',
    clientAddress: '127.0.0.1',
    userAgent: 'Tester/1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  });
  if (!claims) expect(caller.viewer).toBeNull();
  else
    expect(caller).toMatchObject({
      viewer: { userId: decodeId('user', testUser) },
      tokenExpiresAt: expect.any(String),
    });
});

test('the subgraph is told of the client application', async () => {
  const { body } = await askBoth('{ caller }', undefined, { 'x-kronos-client-key': 'shop' });
  expect(JSON.parse(String(body.data?.caller)).clientApplicationId).toBe(shop.id);
  const nobody = await askBoth('{ caller }', undefined, { 'x-kronos-client-application': shop.id });
  expect(JSON.parse(String(nobody.body.data?.caller)).clientApplicationId).toBeNull();
});

describe('the same answers and refusals', () => {
  test.each([
    ['a query across both', '{ users { name diary } }', {}, 'FORBIDDEN'],
    ['a stranger who wants something of their own', '{ mine }', undefined, 'UNAUTHENTICATED'],
    ["a stranger who wants somebody's", `{ diary(ownerId: "${testUser}") }`, undefined, 'FORBIDDEN'],
    ["somebody who wants another's", `{ diary(ownerId: "${other}") }`, {}, 'FORBIDDEN'],
    [
      "somebody who writes into another's",
      `mutation { diaryWrite(ownerId: "${other}", text: "x") }`,
      {},
      'FORBIDDEN',
    ],
    [
      'a stranger who writes',
      `mutation { diaryWrite(ownerId: "${other}", text: "x") }`,
      undefined,
      'UNAUTHENTICATED',
    ],
    ['a scope that is missing', '{ count }', { scope: 'diaries:write' }, 'FORBIDDEN'],
    ['an id that is none', '{ diary(ownerId: "me") }', {}, 'BAD_USER_INPUT'],
    ['a user of another issuer', '{ caller }', { sub: 'google|17' }, 'UNAUTHENTICATED'],
    ['a mistake in the code', '{ broken }', undefined, 'INTERNAL_SERVER_ERROR'],
  ])('%s', async (_, query, claims, code) => {
    const { body } = await askBoth(query, claims);
    expect(body.errors?.map(({ extensions }) => extensions.code)).toContain(code);
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });

  test.each([
    ['what is their own', `{ mine diary(ownerId: "${testUser}") }`, {}],
    ['what their scopes allow', '{ count }', { scope: 'diaries:read' }],
    ['a mutation', `mutation { diaryWrite(ownerId: "${testUser}", text: "x") }`, {}],
    ['a query across both', '{ users { id name } }', {}],
  ])('%s', async (_, query, claims) => {
    const { body } = await askBoth(query, claims);
    expect(body.errors).toBeUndefined();
  });
});

test('neither a port nor a key is needed for what is called directly', async () => {
  const sdl = compose({ users: { sdl: usersSdl }, diaries: { sdl: diariesSdl(false) } });
  await using gateway = await startTestGateway(sdl, { KRONOS_JWKS_URL: issuer.jwksUrl }, subgraphs);
  const headers = { authorization: `Bearer ${await issuer.sign()}` };
  const { body } = await gateway.post('{ users { id } mine }', { headers });
  expect(body).toEqual({
    data: { users: [{ id: testUser }, { id: other }], mine: `diary of ${decodeId('user', testUser)}` },
  });
  const ready = await (await fetch(`${gateway.origin}/ready`)).json();
  expect(ready).toEqual({
    status: 'ready',
    parts: { supergraph: 'ready', users: 'ready', diaries: 'ready' },
  });
});

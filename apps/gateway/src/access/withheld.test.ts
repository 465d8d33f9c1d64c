import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { postForParts } from '../defer/testing/read-parts.ts';
import { writeInternalKey } from '../testing/internal-key.ts';
import { openStream } from '../testing/open-stream.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';
import { type GuardedGraph, startGuardedGraph } from './testing/guarded-graph.ts';

let graph: GuardedGraph;
let issuer: TestIssuer;
let gateway: TestGateway;
let internalKey: Awaited<ReturnType<typeof writeInternalKey>>;

beforeAll(async () => {
  graph = await startGuardedGraph();
  issuer = await startTestIssuer();
  internalKey = await writeInternalKey();
  gateway = await startTestGateway(graph.supergraphSdl, {
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_INTERNAL_KEY_FILE: internalKey.file,
    KRONOS_POLICIES:
      '{"billing":{"roles":["accountant"]},"audit":{"scopes":["audit:read"]},"owner":{"roles":["owner"]}}',
  });
});
beforeEach(() => {
  graph.mutations.length = 0;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
  internalKey[Symbol.dispose]();
});

type Claims = Parameters<TestIssuer['sign']>[0];
const headersOf = async (claims?: Claims) => ({
  ...(claims && { authorization: `Bearer ${await issuer.sign(claims)}` }),
});

/** What a caller gets: data, and of each error its code, its path and the field that it is about. */
async function ask(query: string, claims?: Claims, variables?: Record<string, unknown>) {
  const { status, body } = await gateway.post(query, { headers: await headersOf(claims), variables });
  const errors = body.errors?.map(({ path, extensions: { code, details } }) => [
    code,
    path?.join('/'),
    (details as { field: string }).field,
  ]);
  return { status, data: body.data, errors };
}

test('a field is null, everything else is there, and an error says why', async () => {
  const { body, status } = await gateway.post('{ items { name cost } }');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    data: {
      items: [
        { name: 'Item 1', cost: null },
        { name: 'Item 2', cost: null },
      ],
    },
    errors: [
      {
        message: 'Item.cost is only for those who are logged in.',
        path: ['items', '@', 'cost'],
        extensions: {
          code: 'UNAUTHENTICATED',
          details: { field: 'Item.cost', requiredScopes: [['shop:read', 'shop:cost'], ['shop:admin']] },
          requestId: expect.any(String),
        },
      },
    ],
  });
});

test.each<[string, Claims, unknown, string[]?]>([
  [
    '{ item(id: 1) { price: cost } }',
    { scope: 'shop:read' },
    { item: { price: null } },
    ['FORBIDDEN', 'item/price', 'Item.cost'],
  ],
  ['{ item(id: 1) { cost } }', { scope: 'shop:read shop:cost' }, { item: { cost: 1 } }],
  ['{ item(id: 1) { cost } }', { scope: 'shop:admin' }, { item: { cost: 1 } }],
  ['{ item(id: 1) { day } }', undefined, { item: { day: null } }, ['UNAUTHENTICATED', 'item/day', 'Day']],
  [
    '{ item(id: 1) { name margin } }',
    undefined,
    { item: null },
    ['UNAUTHENTICATED', 'item/margin', 'Item.margin'],
  ],
  ['{ items { margin } me }', undefined, null, ['UNAUTHENTICATED', 'items/@/margin', 'Item.margin']],
  ['{ item(id: 1) { owned } }', { roles: ['owner'] }, { item: { owned: 'yes' } }],
  [
    '{ item(id: 1) { owned } }',
    { roles: ['user'] },
    { item: { owned: null } },
    ['FORBIDDEN', 'item/owned', 'Item.owned'],
  ],
  ['{ ledger { total } }', { roles: ['accountant'] }, { ledger: { total: 7 } }],
  ['{ ledger { total } }', { roles: ['owner'], scope: 'audit:read' }, { ledger: { total: 7 } }],
  ['{ ledger { total } }', { roles: ['owner'] }, { ledger: null }, ['FORBIDDEN', 'ledger', 'Query.ledger']],
  ['{ posts { id title } }', undefined, { posts: null }, ['UNAUTHENTICATED', 'posts/@', 'Post']],
  [
    '{ posts { __typename ... on Post { title } } }',
    undefined,
    {
      posts: [
        { __typename: 'Blog', title: null },
        { __typename: 'Diary', title: null },
      ],
    },
    ['UNAUTHENTICATED', 'posts/@/title', 'Post'],
  ],
  [
    '{ posts { __typename ... on Blog { title } ... on Diary { title } } }',
    undefined,
    {
      posts: [
        { __typename: 'Blog', title: 'Blog' },
        { __typename: 'Diary', title: null },
      ],
    },
    ['UNAUTHENTICATED', 'posts/@/... on Diary', 'Diary'],
  ],
  [
    '{ either { ...B ...D } } fragment B on Blog { id likes } fragment D on Diary { __typename }',
    {},
    { either: [{ id: 'b', likes: 3 }, { __typename: 'Diary' }] },
  ],
  [
    '{ either { ...B } } fragment B on Blog { title likes }',
    undefined,
    { either: [{ title: 'Blog', likes: null }, {}] },
    ['UNAUTHENTICATED', 'either/@/... on Blog/likes', 'Blog.likes'],
  ],
  [
    '{ a: item(id: 1) { ...I } b: item(id: 2) { name } } fragment I on Item { name supplier { name } }',
    undefined,
    { a: { name: 'Item 1', supplier: null }, b: { name: 'Item 2' } },
    ['UNAUTHENTICATED', 'a/supplier', 'Item.supplier'],
  ],
  [
    '{ item(id: 1) { supplier { name phone } left } }',
    {},
    { item: { supplier: { name: 'Acme', phone: null }, left: 5 } },
    ['FORBIDDEN', 'item/supplier/phone', 'Supplier.phone'],
  ],
])('%s of %j', async (query, claims, data, ...errors) => {
  const expected = { status: data === null ? 401 : 200, data, errors: errors[0] && errors };
  if (data === null) delete (expected as { errors?: unknown }).errors;
  // The second time it is a known operation.
  expect(await ask(query, claims)).toMatchObject(expected);
  expect(await ask(query, claims)).toMatchObject(expected);
});

test('what is withheld is asked from no subgraph', async () => {
  const before = graph.stock.requests.length;
  await ask('{ items { name supplier { name } } }');
  expect(graph.stock.requests.length).toBe(before);
  const fetches = graph.shop.requests.length;
  expect(await ask('{ me }')).toMatchObject({ data: { me: null } });
  expect(graph.shop.requests.length).toBe(fetches);
});

test('an operation is decided for each caller, however often it comes', async () => {
  const query = '{ item(id: 3) { name cost me: owned } }';
  const owner = { roles: ['owner'], scope: 'shop:admin' };
  for (let round = 0; round < 3; round++) {
    expect((await ask(query)).data).toEqual({ item: { name: 'Item 3', cost: null, me: null } });
    expect((await ask(query, owner)).data).toEqual({ item: { name: 'Item 3', cost: 1, me: 'yes' } });
    expect((await ask(query, { roles: ['owner'] })).data).toEqual({
      item: { name: 'Item 3', cost: null, me: 'yes' },
    });
  }
});

test('callers who ask the same at the same time get what is theirs', async () => {
  const query = '{ item(id: 4) { cost } }';
  const answers = await Promise.all([ask(query), ask(query, { scope: 'shop:admin' }), ask(query)]);
  expect(answers.map(({ data }) => data)).toEqual([
    { item: { cost: null } },
    { item: { cost: 1 } },
    { item: { cost: null } },
  ]);
});

test('@skip and @include leave out what is withheld, and its error stays', async () => {
  const query = 'query ($no: Boolean!) { item(id: 1) { name cost @include(if: $no) } }';
  expect(await ask(query, undefined, { no: false })).toMatchObject({
    data: { item: { name: 'Item 1' } },
    errors: [['UNAUTHENTICATED', 'item/cost', 'Item.cost']],
  });
  expect((await ask(query, undefined, { no: true })).data).toEqual({ item: { name: 'Item 1', cost: null } });
});

test('of mutations those that are withheld are not run, the others are, in their order', async () => {
  expect(await ask('mutation { last guarded open }')).toMatchObject({
    data: { last: 1, guarded: null, open: 2 },
    errors: [['UNAUTHENTICATED', 'guarded', 'Mutation.guarded']],
  });
  expect(graph.mutations).toEqual(['last', 'open']);
  expect((await ask('mutation { guarded }', { scope: 'shop:write' })).data).toEqual({ guarded: 3 });
});

test('what is deferred is withheld, too', async () => {
  const query = '{ item(id: 1) { name cost ... @defer(label: "later") { left supplier { name } } } }';
  const parts = await (await postForParts(gateway.url, query)).rest();
  expect(parts[0]).toMatchObject({
    data: { item: { name: 'Item 1', cost: null } },
    errors: [{ path: ['item', 'cost'] }, { path: ['item', 'supplier'] }],
  });
  expect(parts.slice(1)).toEqual([
    {
      incremental: [{ data: { left: 5, supplier: null }, path: ['item'], label: 'later' }],
      hasNext: false,
    },
  ]);
  const known = await postForParts(gateway.url, query, { headers: await headersOf({ scope: 'shop:admin' }) });
  expect((await known.rest()).flatMap(({ incremental = [] }) => incremental)).toMatchObject([
    { data: { left: 5, supplier: { name: 'Acme' } } },
  ]);
});

test('a subscription without its field is refused; fields below are null in each event', async () => {
  const hidden = await openStream(gateway.url, 'subscription { hidden }');
  await vi.waitFor(() => expect(hidden.isEnded).toBe(true));
  expect(hidden.events[0]?.result.errors?.[0]?.extensions).toMatchObject({
    code: 'UNAUTHENTICATED',
    details: { field: 'Subscription.hidden' },
  });

  const query = 'subscription { sold { id cost left supplier { name } } }';
  const stranger = await openStream(gateway.url, query);
  const admin = await openStream(gateway.url, query, await headersOf({ scope: 'shop:admin' }));
  await vi.waitFor(() => expect([stranger, admin].every(({ ids }) => ids.length > 0)).toBe(true));
  for (const id of ['7', '8']) graph.sell(id);
  await vi.waitFor(() => {
    expect(stranger.events).toHaveLength(2);
    expect(admin.events).toHaveLength(2);
  });
  expect(stranger.events.map(({ result }) => result.data)).toEqual([
    { sold: { id: '7', cost: null, left: 5, supplier: null } },
    { sold: { id: '8', cost: null, left: 5, supplier: null } },
  ]);
  for (const { result } of stranger.events) {
    expect(result.errors?.map(({ extensions }) => extensions.code)).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
  }
  expect(admin.events.map(({ result }) => result)).toEqual([
    { data: { sold: { id: '7', cost: 1, left: 5, supplier: { name: 'Acme' } } } },
    { data: { sold: { id: '8', cost: 1, left: 5, supplier: { name: 'Acme' } } } },
  ]);
  stranger.close();
  admin.close();
});

import { randomUUID } from 'node:crypto';
import { openCacheRedis } from '@kronos/cache';
import { answering } from '@kronos/cache/testing';
import { soon } from '@kronos/events/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { buildASTSchema, execute, parse } from 'graphql';
import { TypeID } from 'typeid-js';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startScriptedGraph } from '../testing/scripted-graph.ts';
import { type PostOptions, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const sdl = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://specs.kronos.dev/cacheControl/v0.1", import: ["@cacheControl"])
    @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: cacheControl__Scope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum cacheControl__Scope { PUBLIC PRIVATE }
  type Query {
    product(id: ID!): Product @cacheControl(maxAge: 60, scope: PUBLIC)
    products: [Product!]! @cacheControl(maxAge: 30, scope: PUBLIC)
    mine: Product @cacheControl(maxAge: 60)
    plain: Product
  }
  type Mutation { rename(id: ID!, name: String!): Product quietly(id: ID!, name: String!): Boolean add(id: ID!): Boolean }
  type Product @key(fields: "id") {
    id: ID!
    name: String @cacheControl(maxAge: 60, scope: PUBLIC)
    broken: String
  }
`;
const deskSdl = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { desk: [Product!]! }
  type Product @key(fields: "id", resolvable: false) { id: ID! }
`;
const uuids = [1, 2, 3].map((number) => `0190a000-0000-7000-8000-00000000000${number}`);
const [first, second, third] = uuids.map((uuid) => TypeID.fromUUID('product', uuid).toString()) as [
  string,
  string,
  string,
];
const names = new Map<string, string>();
let asked = 0;
/** What the subgraph sends beside. */
let headers: Record<string, string> = {};

const product = (id: string) => (names.has(id) ? { id, name: names.get(id) } : null);
const changed = (id: string) => ({
  'x-kronos-changed': `product:${TypeID.fromString(id).toUUID()},product:*`,
});
const root = {
  product: ({ id }: { id: string }) => product(id),
  products: () => [...names.keys()].map(product),
  plain: () => product(first),
  rename({ id, name }: Record<string, string>) {
    names.set(id!, name!);
    headers = changed(id!);
    return product(id!);
  },
  quietly({ id, name }: Record<string, string>) {
    names.set(id!, name!);
    return true;
  },
  add({ id }: { id: string }) {
    names.set(id, 'new');
    headers = changed(id);
    return true;
  },
};
/** What the shop says of products that are named by another subgraph: nothing of one that it does not know. */
function entities({ representations }: Record<string, unknown>) {
  return (representations as { id: string }[]).map(({ id }) =>
    names.has(id) ? { name: names.get(id) } : null,
  );
}
const ownSchema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
const graph = await startScriptedGraph({
  shop: {
    sdl,
    async answer({ query, variables, request }) {
      asked += 1;
      headers = {};
      if (query.includes('_entities')) return { body: { data: { _entities: entities(variables) } } };
      const mine = () => ({ id: first, name: `of ${request.headers.authorization}` });
      const body = await execute({ schema: ownSchema, document: parse(query), rootValue: { ...root, mine } });
      return { body, headers };
    },
  },
  desk: {
    sdl: deskSdl,
    answer: () => ({ body: { data: { desk: [...names.keys(), third].map((id) => ({ id })) } } }),
  },
});
const REDIS_URL = await testRedisUrl();
const gateways: TestGateway[] = [];
for (let count = 0; count < 2; count += 1)
  gateways.push(await startTestGateway(graph.supergraphSdl, { REDIS_URL }));
const [here, there] = gateways as [TestGateway, TestGateway];

afterAll(async () => {
  for (const gateway of gateways) await gateway[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});
const redis = await answering(openCacheRedis(REDIS_URL, { debug() {} }));
afterAll(() => redis.disconnect());
beforeEach(async () => {
  names.clear();
  for (const id of [first, second]) names.set(id, 'old');
  const keys = await redis.keys('kronos:cache:{0}:*');
  if (keys.length > 0) await redis.del(keys);
  // The gateways have their connection, and the cache is in use.
  await soon(async () => {
    for (const gateway of gateways)
      expect((await gateway.post(`{ product(id: "${third}") { id } }`)).headers.get('cache-status')).toMatch(
        /^kronos/,
      );
  });
  asked = 0;
});

/** How an answer stands to the cache, and what it says; by another gateway than the one before. */
async function ask(query: string, options?: PostOptions, gateway = here) {
  const answer = await gateway.post(query, options);
  const status = answer.headers.get('cache-status');
  return { ...answer, data: answer.body.data, status, isHit: status?.startsWith('kronos; hit') ?? false };
}
const named = `{ product(id: "${first}") { id name } }`;
const as = (authorization: string): PostOptions => ({ headers: { authorization } });

/** Asks until the answer is in the cache. */
async function keep(query: string, options?: PostOptions) {
  await soon(async () => expect((await ask(query, options)).isHit).toBe(true));
  asked = 0;
}

test('an answer to strangers is kept for all of them, in all gateways, and says so', async () => {
  const miss = await ask(named);
  expect(miss.status).toBe('kronos; fwd=miss; stored');
  expect(miss.headers.get('age')).toBeNull();
  await keep(named);
  const hit = await ask(named, {}, there);
  expect(hit.body).toEqual({ data: { product: { id: first, name: 'old' } } });
  expect(hit.status).toMatch(/^kronos; hit; ttl=[3-6]\d$/);
  expect(Number(hit.headers.get('age'))).toBeLessThan(30);
  // A browser could not be told that it is worth nothing.
  expect(hit.headers.get('cache-control')).toBe('public, no-cache');
  expect(hit.headers.get('vary')).toContain('authorization');
  expect(asked).toBe(0);
});

test('caches downstream may keep it where an operator says so', async () => {
  await using gateway = await startTestGateway(graph.supergraphSdl, {
    REDIS_URL,
    KRONOS_CACHE_DOWNSTREAM: 'true',
  });
  await soon(async () => expect((await ask(named, {}, gateway)).isHit).toBe(true));
  expect((await ask(named, {}, gateway)).headers.get('cache-control')).toBe('public, max-age=60');
});

test('what is somebody’s own is kept for their credentials alone', async () => {
  const own = '{ mine { id name } }';
  await keep(own, as('Bearer a'));
  expect(await ask(own, as('Bearer a'), there)).toMatchObject({
    isHit: true,
    data: { mine: { name: 'of Bearer a' } },
  });
  expect((await ask(own, as('Bearer a'))).headers.get('cache-control')).toBe('private, no-cache');
  expect(await ask(own, as('Bearer b'))).toMatchObject({
    isHit: false,
    data: { mine: { name: 'of Bearer b' } },
  });
  // Nobody is not somebody whose own it could be.
  expect(await ask(own)).toMatchObject({ status: null, data: { mine: { name: 'of undefined' } } });
  expect(await ask(own)).toMatchObject({ status: null });
});

test('what strangers get is not for those who have credentials', async () => {
  await keep(named);
  expect(await ask(named, as('Bearer a'))).toMatchObject({ status: null });
  expect(asked).toBe(1);
});

test.each([
  ['without @cacheControl', '{ plain { id name } }'],
  ['that asks for something of the kind beside', `{ plain { id } product(id: "${first}") { id } }`],
  ['about the schema', '{ __typename }'],
])('a query %s is not kept', async (_what, query) => {
  expect((await ask(query)).status).toBeNull();
  expect((await ask(query)).status).toBeNull();
});

test.each([
  ['variables', { variables: { isNamed: false } }],
  ['a forwarded header', { variables: { isNamed: true }, headers: { 'accept-language': 'de' } }],
])('other %s make another answer', async (_what, options) => {
  const query = `query ($isNamed: Boolean!) { product(id: "${first}") { id name @include(if: $isNamed) } }`;
  await keep(query, { variables: { isNamed: true } });
  expect((await ask(query, options)).isHit).toBe(false);
});

test('an answer with errors is not kept', async () => {
  const failing = `{ product(id: "${first}") { id broken } }`;
  Object.assign(root, { product: () => ({ id: first, broken: () => Promise.reject(new Error('no')) }) });
  const answer = await ask(failing);
  Object.assign(root, { product: ({ id }: { id: string }) => product(id) });
  expect(answer.body.errors).toHaveLength(1);
  expect(answer.headers.get('cache-control')).toBeNull();
  expect((await ask(failing)).body.errors).toBeUndefined();
});

test.each([
  ['that says what has changed', `mutation { rename(id: "${first}", name: "new") { name } }`, [true, false]],
  ['that does not say', `mutation { quietly(id: "${first}", name: "new") }`, [false, false]],
])('after a mutation %s nobody reads the old value', async (_what, mutation, [isOtherKept]) => {
  const other = `{ product(id: "${second}") { id name } }`;
  const list = '{ products { name } }';
  for (const query of [named, other, list]) await keep(query);
  await ask(mutation, {}, there);
  expect((await ask(named)).data).toEqual({ product: { id: first, name: 'new' } });
  expect((await ask(list)).data).toEqual({ products: [{ name: 'new' }, { name: 'old' }] });
  expect((await ask(other)).isHit).toBe(isOtherKept);
});

test('what was not there, and lists, notice what is new', async () => {
  const missing = `{ product(id: "${third}") { id name } }`;
  const list = '{ products { id } }';
  for (const query of [missing, list]) await keep(query);
  await ask(`mutation { add(id: "${third}") }`);
  expect((await ask(missing, {}, there)).data).toEqual({ product: { id: third, name: 'new' } });
  expect((await ask(list, {}, there)).data?.products).toHaveLength(3);
});

describe('entities, where the answer as a whole is not kept', () => {
  const desk = '{ desk { id name } }';
  const namesOf = async (query: string, options?: PostOptions, gateway?: TestGateway) => {
    const { data, status } = await ask(query, options, gateway);
    expect(status).toBeNull();
    return (data!.desk as { name: string | null }[]).map(({ name }) => name);
  };
  /** Those that the shop was asked for the last time. */
  const askedFor = () => graph.seen.shop!.at(-1)!.variables.representations as { id: string }[];
  /** Asks until the shop is asked no more for the two that it knows. */
  async function keepEntities() {
    await soon(async () => {
      await namesOf(desk);
      expect(askedFor()).toEqual([expect.objectContaining({ id: third })]);
    });
    asked = 0;
  }

  test('what strangers were given is for everybody, in all gateways; what is not there is asked for', async () => {
    await keepEntities();
    for (const options of [{}, as('Bearer a')])
      expect(await namesOf(desk, options, there)).toEqual(['old', 'old', null]);
    expect(askedFor()).toHaveLength(1);
    names.set(third, 'found');
    expect(await namesOf(desk)).toEqual(['old', 'old', 'found', 'found']);
  });

  test('what who has credentials was given is kept for nobody', async () => {
    for (let time = 0; time < 3; time += 1) {
      await namesOf(desk, as('Bearer a'));
      expect(askedFor()).toHaveLength(3);
    }
    await namesOf(desk);
    expect(askedFor()).toHaveLength(3);
  });

  test('a field that does not say so keeps all of its fetch out', async () => {
    for (let time = 0; time < 3; time += 1) {
      await namesOf('{ desk { id name broken } }');
      expect(askedFor()).toHaveLength(3);
    }
  });

  test('after a mutation the one that has changed is asked for, and no other', async () => {
    await keepEntities();
    await ask(`mutation { rename(id: "${first}", name: "new") { name } }`, {}, there);
    expect(await namesOf(desk)).toEqual(['new', 'old', null]);
    expect(askedFor().map(({ id }) => id)).toEqual([first, third]);
    await ask(`mutation { quietly(id: "${second}", name: "newer") }`, {}, there);
    expect(await namesOf(desk)).toEqual(['new', 'newer', null]);
  });
});

test('readers and writers at the same time, in two gateways: after a mutation was answered nobody reads an older value', async () => {
  const acknowledged = new Map([first, second].map((id) => [id, 0]));
  for (const id of acknowledged.keys()) names.set(id, '0');
  let isOver = false;
  let reads = 0;
  let hits = 0;
  const queries = (id: string) => [
    `{ product(id: "${id}") { id name } }`,
    `{ product(id: "${id}") { name } }`,
    '{ desk { id name } }',
    `query ${randomUUID().replace(/^\d/, 'q').replaceAll('-', '_')} { products { id name } }`,
  ];
  const asks = [first, second].map((id) => ({ id, all: queries(id) }));

  async function write(id: string, gateway: TestGateway): Promise<void> {
    for (let version = 1; version <= 40; version += 1) {
      await gateway.post(
        `mutation ($id: ID!) { rename(id: "${id}", name: "${version}") { name } }`.replace('($id: ID!) ', ''),
      );
      acknowledged.set(id, version);
    }
  }
  async function read(index: number): Promise<void> {
    const { id, all } = asks[index % 2]!;
    const gateway = gateways[Math.floor(index / 2) % 2]!;
    while (!isOver) {
      const known = acknowledged.get(id)!;
      // Of those who read what the cache has of entities, some have credentials.
      const options = index >= 8 ? as('Bearer a') : {};
      const { data, isHit } = await ask(all[index % 4]!, options, gateway);
      const list = (data!.products ?? data!.desk) as { id: string }[] | undefined;
      const found = (data!.product ?? list!.find((one) => one.id === id)) as { name: string };
      expect(Number(found.name)).toBeGreaterThanOrEqual(known);
      reads += 1;
      if (isHit) hits += 1;
    }
  }
  const readers = Array.from({ length: 12 }, (_, index) => read(index));
  await Promise.all([write(first, here), write(second, there)]);
  isOver = true;
  await Promise.all(readers);
  expect(hits).toBeGreaterThan(0);
  expect(reads).toBeGreaterThan(hits);
});

test('it can be turned off', async () => {
  await using gateway = await startTestGateway(graph.supergraphSdl, {
    REDIS_URL,
    KRONOS_CACHE_ANSWERS: 'false',
  });
  for (let time = 0; time < 3; time += 1) expect((await ask(named, {}, gateway)).status).toBeNull();
  expect(asked).toBe(3);
});

import { createCache, openCacheRedis } from '@kronos/cache';
import { answering } from '@kronos/cache/testing';
import { soon } from '@kronos/events/testing';
import { createTestDomain, createTestProducer, personalDataFaults } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { personalData } from './personal-data.ts';
import { createSubgraph } from './subgraph.ts';

const quiet = { debug() {}, info() {}, warn() {} };
const reader = { scopes: ['cache:read'] };
const operator = { scopes: ['cache:read', 'cache:write'] };
const domain = await createTestDomain('cache', createSubgraph);
const redis = await answering(openCacheRedis(domain.redisUrl, quiet));
// Another process that caches something.
const cache = createCache({ redis, logger: quiet, timeoutMs: 10_000 });
const things = cache.namespace<number>('things', {
  ttlSeconds: 300,
  description: 'Things.',
  tags: ['thing:<uuid>'],
});
const keep = async (key: string, value: number, tags: string[] = []) => {
  const { outcome } = await things.through(key, async () => ({ value, tags }));
  await cache.close();
  return outcome;
};

beforeAll(() => keep('first', 0));
afterAll(async () => {
  redis.disconnect();
  await domain[Symbol.asyncDispose]();
});

test('namespaces tell what they are and how they fare, and are browsed in pages', async () => {
  for (const key of ['a:1', 'a:2', 'a:3', 'b']) await keep(key, 1, [`thing:${key}`]);
  await keep('b', 1);
  const { data } = await domain.execute(
    `{ cacheNamespaces { name description ttlSeconds staleWhileRevalidateSeconds isPolicySet tags }
       cacheNamespace(name: "things") { stats { hits misses hitRatio keys memoryBytes }
         entries(prefix: "a", first: 2) { totalCount nodes { key sizeBytes ttlSeconds tags } pageInfo { hasNextPage endCursor } } } }`,
    {},
    reader,
  );
  expect(data?.cacheNamespaces).toEqual([
    {
      ...{ name: 'things', description: 'Things.', ttlSeconds: 300, staleWhileRevalidateSeconds: 0 },
      ...{ isPolicySet: false, tags: ['thing:<uuid>'] },
    },
  ]);
  const { stats, entries } = data?.cacheNamespace ?? {};
  expect(stats).toEqual({
    ...{ hits: '1', misses: '5', hitRatio: 1 / 6, keys: 5 },
    memoryBytes: expect.stringMatching(/^[1-9]/),
  });
  expect(entries.nodes).toEqual([
    { key: 'a:1', sizeBytes: 1, ttlSeconds: 300, tags: ['thing:a:1'] },
    { key: 'a:2', sizeBytes: 1, ttlSeconds: 300, tags: ['thing:a:2'] },
  ]);
  expect(entries.pageInfo.hasNextPage).toBe(true);
  const next = await domain.execute(
    `query ($after: String) { cacheNamespace(name: "things") { entries(prefix: "a", after: $after) {
      nodes { key } pageInfo { hasNextPage hasPreviousPage } } } }`,
    { after: entries.pageInfo.endCursor },
    reader,
  );
  expect(next.data?.cacheNamespace.entries).toEqual({
    nodes: [{ key: 'a:3' }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });
  const missing = await domain.execute('{ cacheNamespace(name: "nothing") { name } }', {}, reader);
  expect(missing.data).toEqual({ cacheNamespace: null });
});

test.each(['first: 0', 'first: 101', 'after: "?"'])('a page of %s is refused', async (page) => {
  const query = `{ cacheNamespace(name: "things") { entries(${page}) { nodes { key } } } }`;
  const { errors } = await domain.execute(query, {}, reader);
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('the status is that of the Redis that answers', async () => {
  const { data } = await domain.execute(
    '{ cacheStatus { status responseTimeMs memoryBytes connectedClients nodes } }',
    {},
    reader,
  );
  expect(data?.cacheStatus).toMatchObject({ status: 'UP', nodes: 1 });
  expect(data?.cacheStatus.responseTimeMs).toBeGreaterThan(0);
});

const update = (input: object, name = 'things') =>
  domain.execute(
    `mutation ($name: String!, $input: CachePolicyUpdateInput!) { cachePolicyUpdate(name: $name, input: $input) {
      cacheNamespace { ttlSeconds staleWhileRevalidateSeconds isPolicySet } userErrors { code field } } }`,
    { name, input },
    operator,
  );

test('a policy holds in other processes as soon as it is answered, and until it is taken back', async () => {
  await keep('policy', 1);
  const { data } = await update({ ttlSeconds: 0 });
  expect(data?.cachePolicyUpdate).toEqual({
    cacheNamespace: { ttlSeconds: 0, staleWhileRevalidateSeconds: 0, isPolicySet: true },
    userErrors: [],
  });
  expect(await keep('policy', 2)).toBe('MISS');
  const reset = await update({ reset: true });
  expect(reset.data?.cachePolicyUpdate.cacheNamespace).toMatchObject({ ttlSeconds: 300, isPolicySet: false });
  await keep('policy', 3);
  expect(await keep('policy', 4)).toBe('HIT');
});

/** Ends the connections to the database of this test; others on the same server are other tests' own. */
async function cutOff(): Promise<void> {
  const database = new URL(domain.redisUrl).pathname.slice(1);
  const own = String(await redis.client('ID'));
  const clients = String(await redis.client('LIST')).matchAll(/^id=(\d+) .* db=(\d+) /gm);
  for (const [, id, db] of clients) if (db === database && id !== own) await redis.client('KILL', 'ID', id!);
}

test('a policy is told again to a Redis that has forgotten it', async () => {
  await update({ ttlSeconds: 0 });
  await redis.del('kronos:cache:{0}:policies');
  await cutOff();
  await soon(async () => expect(await redis.hget('kronos:cache:{0}:policies', 'things')).toBe('0 0'));
  await update({ reset: true });
});

test.each([
  ['INVALID', { ttlSeconds: -1 }, ['input', 'ttlSeconds']],
  ['INVALID', { staleWhileRevalidateSeconds: 86_401 }, ['input', 'staleWhileRevalidateSeconds']],
  ['INVALID', { reset: true, ttlSeconds: 1 }, ['input', 'reset']],
])('%s: a policy of %j', async (code, input, field) => {
  expect((await update(input)).data?.cachePolicyUpdate.userErrors).toEqual([{ code, field }]);
});

const invalidate = async (input: object) => {
  const { data } = await domain.execute(
    `mutation ($input: CacheInvalidateInput!) { cacheInvalidate(input: $input) {
      invalidatedKeys userErrors { code field } } }`,
    { input },
    operator,
  );
  return data?.cacheInvalidate;
};

test.each([
  ['keys', { namespace: 'things', keys: ['inv'] }, 1],
  ['a tag', { tags: ['thing:inv'] }, null],
  ['the namespace', { namespace: 'things' }, null],
])('what was invalidated by %s is computed anew, and told live', async (_what, input, invalidatedKeys) => {
  await using stream = await domain.subscribe(
    'subscription { cacheInvalidated(namespace: "things") { cacheNamespace { name } tags keys cause } }',
    {},
    reader,
  );
  await keep('inv', 1, ['thing:inv']);
  expect(await invalidate(input)).toEqual({ invalidatedKeys, userErrors: [] });
  expect(await keep('inv', 2, ['thing:inv'])).toBe('MISS');
  const {
    namespace = null,
    keys = [],
    tags = [],
  } = input as { namespace?: string; keys?: string[]; tags?: string[] };
  expect((await stream.message()).data?.cacheInvalidated).toEqual({
    ...{ cacheNamespace: namespace && { name: namespace }, tags, keys, cause: null },
  });
});

test.each([
  ['REQUIRED', {}, ['input']],
  ['REQUIRED', { keys: ['a'] }, ['input', 'namespace']],
  ['NOT_FOUND', { namespace: 'nothing' }, ['input', 'namespace']],
  ['INVALID', { tags: ['a\nb'] }, ['input', 'tags', '0']],
  ['INVALID', { tags: Array(1_001).fill('a') }, ['input', 'tags']],
])('%s: an invalidation of %j', async (code, input, field) => {
  expect((await invalidate(input)).userErrors).toEqual([{ code, field }]);
});

test('flushing empties a namespace', async () => {
  await keep('flush', 1);
  const { data } = await domain.execute(
    'mutation { cacheFlush(name: "things") { flushedKeys cacheNamespace { name stats { keys } } userErrors { code } } }',
    {},
    operator,
  );
  expect(data?.cacheFlush).toEqual({
    flushedKeys: expect.any(Number),
    cacheNamespace: { name: 'things', stats: { keys: 0 } },
    userErrors: [],
  });
  expect(await keep('flush', 2)).toBe('MISS');
});

test('an event of a domain makes worth nothing what is cached of the entities that it names', async () => {
  await using events = await createTestProducer('events', domain.redisUrl);
  await using stream = await domain.subscribe(
    'subscription { cacheInvalidated { cacheNamespace { name } tags cause } }',
    {},
    reader,
  );
  const [eventId, organizerId] = [
    '0190a000-0000-7000-8000-00000000000a',
    '0190a000-0000-7000-8000-00000000000b',
  ];
  await keep('of the event', 1, [`event:${eventId}`]);
  await keep('list', 1, ['event:*']);
  await keep('of another', 1, ['event:0190a000-0000-7000-8000-00000000000c']);
  await events.publish('eventOwned', { eventId, organizerId });
  expect((await stream.message()).data?.cacheInvalidated).toEqual({
    cacheNamespace: null,
    tags: [`event:${eventId}`, 'event:*', `user:${organizerId}`, 'user:*'],
    cause: 'eventOwned',
  });
  expect(await keep('of the event', 2)).toBe('MISS');
  expect(await keep('list', 2)).toBe('MISS');
  expect(await keep('of another', 2)).toBe('HIT');
});

const fields = {
  query: ['cacheStatus { status }', 'cacheNamespaces { name }', 'cacheNamespace(name: "things") { name }'],
  mutation: [
    'cachePolicyUpdate(name: "things", input: { ttlSeconds: 0 }) { userErrors { code } }',
    'cacheInvalidate(input: { namespace: "things" }) { userErrors { code } }',
    'cacheFlush(name: "things") { userErrors { code } }',
    'cacheWarm(input: { operations: [] }) { userErrors { code } }',
  ],
};

test.each(Object.entries(fields).flatMap(([kind, all]) => all.map((field) => [kind, field])))(
  '%s %s is for those who have the scope',
  async (kind, field) => {
    const wrong = kind === 'query' ? ['cache:write'] : ['cache:read'];
    const anonymous = await domain.execute(`${kind} { ${field} }`);
    expect(anonymous.errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    const other = await domain.execute(`${kind} { ${field} }`, {}, { scopes: wrong });
    expect(other.errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  },
);

test('warming says what is wrong with what it is given, and that the gateway is away', async () => {
  const warm = (operations: unknown[]) =>
    domain.execute(
      `mutation ($input: CacheWarmInput!) { cacheWarm(input: $input) { warmedKeys userErrors { code field } } }`,
      { input: { operations } },
      operator,
    );
  expect((await warm([])).data?.cacheWarm.userErrors).toEqual([
    { code: 'INVALID', field: ['input', 'operations'] },
  ]);
  expect((await warm([{ documentId: 'x' }])).data?.cacheWarm.userErrors).toMatchObject([{ code: 'INVALID' }]);
});

test('everything that is kept of people is registered', async () => {
  expect(await personalDataFaults(domain.databaseUrl, personalData)).toEqual([]);
});

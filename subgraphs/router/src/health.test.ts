import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { overallHealth } from './platform-health.ts';
import { createSubgraph } from './subgraph.ts';
import { createTestRouter, type Json, somebody, type TestRouter } from './testing/test-router.ts';

const quick = { ROUTER_PROBE_INTERVAL_MS: '50', ROUTER_PROBE_TIMEOUT_MS: '500' };
const until = { timeout: 15_000, interval: 25 };
let router: TestRouter;
let shop: Server;
let port: number;
let answer: (() => number | null) | undefined;

beforeAll(async () => {
  shop = createServer((_request, response) => {
    const status = (answer ?? (() => 200))();
    // Null: no answer at all.
    if (status !== null) response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
  port = (shop.address() as AddressInfo).port;
  router = await createTestRouter(quick);
});
afterAll(async () => {
  await router[Symbol.asyncDispose]();
  shop.closeAllConnections();
  shop.close();
});

const register = (input: object) =>
  router.mutate('subgraphRegister', { input }, 'subgraph { name url health schemaHash }');
const read = async (name: string): Promise<Json> =>
  (
    await router.data(
      'query ($name: String!) { subgraph(name: $name) { name health url responseTimeMs reason checkedAt changedAt schemaHash } }',
      { name },
    )
  ).subgraph;
const whenHealthIs = (name: string, health: string) =>
  vi.waitFor(async () => {
    const subgraph = await read(name);
    expect(subgraph.health).toBe(health);
    return subgraph;
  }, until);
const changesOf = async (name: string) =>
  (
    await router.db.outbox.findMany({
      where: { name: 'subgraphHealthChanged' },
      orderBy: { sequence: 'asc' },
    })
  )
    .map(({ payload }) => payload as Json)
    .filter((payload) => payload.name === name)
    .map(({ health }) => health);

test('the health of a subgraph follows what it answers, and each change is announced once', async () => {
  await using _second = await createTestSubgraph(createSubgraph, { ...router.environment });
  await register({ name: 'shop', url: `http://127.0.0.1:${port}/graphql` });
  expect(await whenHealthIs('shop', 'UP')).toMatchObject({
    reason: null,
    responseTimeMs: expect.any(Number),
  });
  // The first look is no change.
  expect(await changesOf('shop')).toEqual([]);
  await using stream = await router.subscribe(
    'subscription { subgraphHealthChanged { eventId cursor health subgraph { name health } } }',
  );

  answer = () => 503;
  expect(await whenHealthIs('shop', 'DEGRADED')).toMatchObject({ reason: '/ready answers 503' });
  answer = () => null;
  expect(await whenHealthIs('shop', 'DOWN')).toMatchObject({
    reason: 'no answer within 500 ms',
    responseTimeMs: null,
    changedAt: expect.any(String),
  });
  answer = undefined;
  await whenHealthIs('shop', 'UP');
  expect(await changesOf('shop')).toEqual(['DEGRADED', 'DOWN', 'UP']);

  const heard: string[] = [];
  while (heard.length < 3) {
    const { subgraphHealthChanged } = (await stream.message()).data!;
    if (subgraphHealthChanged.subgraph.name === 'shop') heard.push(subgraphHealthChanged.health);
  }
  expect(heard).toEqual(['DEGRADED', 'DOWN', 'UP']);
});

test('a subgraph without /ready answers all the same; one answer that is late is no outage', async () => {
  answer = () => 404;
  await register({ name: 'foreign', url: `http://127.0.0.1:${port}/graphql` });
  await whenHealthIs('foreign', 'UP');
  let isLate = true;
  answer = () => {
    const status = isLate ? 503 : 200;
    isLate = false;
    return status;
  };
  await vi.waitFor(() => expect(isLate).toBe(false), until);
  expect(await changesOf('foreign')).toEqual([]);
  answer = undefined;
});

test('the graph’s own subgraphs are watched from the beginning', async () => {
  const { subgraphs, health } = await router.data(
    '{ subgraphs { name } health { status checkedAt version subgraphs { name } } }',
  );
  const names = subgraphs.map(({ name }: Json) => name);
  expect(names).toEqual(expect.arrayContaining(['auth', 'events', 'notifications', 'router', 'users']));
  expect(names).toEqual(names.toSorted());
  expect(health).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), subgraphs });
  expect(await read('users')).toMatchObject({ schemaHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(await read('nothing')).toBeNull();
});

test('everybody may know how subgraphs are; where they are is for who may read the rules', async () => {
  const document = '{ subgraph(name: "users") { name health url } }';
  expect((await router.execute('{ subgraphs { name health } health { status } }')).errors).toBeUndefined();
  for (const [as, code] of [
    [undefined, 'UNAUTHENTICATED'],
    [somebody(), 'FORBIDDEN'],
  ] as const) {
    const { data, errors } = await router.execute(document, {}, as);
    expect(data?.subgraph).toMatchObject({ name: 'users', url: null });
    expect(errors?.[0]?.extensions?.code).toBe(code);
  }
});

test('a subgraph is registered, registered again and forgotten; those of the graph are not', async () => {
  const input = { name: 'extra', url: 'http://127.0.0.1:1/graphql', schema: 'type Query { a: Int }' };
  const first = await register(input);
  expect(first).toMatchObject({
    subgraph: { name: 'extra', schemaHash: expect.any(String) },
    userErrors: [],
  });
  expect(await register({ ...input, schema: 'type Query { b: Int }' })).not.toMatchObject({
    subgraph: { schemaHash: first.subgraph.schemaHash },
  });
  expect(await router.faults('subgraphUnregister', { name: 'extra' })).toEqual([]);
  expect(await router.faults('subgraphUnregister', { name: 'extra' })).toEqual(['NOT_FOUND name']);
  expect(await router.faults('subgraphUnregister', { name: 'users' })).toEqual(['CONFLICT name']);
  expect(await router.faults('subgraphRegister', { input: { ...input, name: 'users' } })).toEqual([
    'CONFLICT input.name',
  ]);
});

test.each([
  [{ name: 'A b', url: 'http://x' }, 'INVALID input.name'],
  [{ name: 'a', url: 'file:///etc/passwd' }, 'INVALID input.url'],
  [{ name: 'a', url: 'x' }, 'INVALID input.url'],
  [{ name: 'a', url: 'http://x', schema: 'type {' }, 'INVALID input.schema'],
])('%j is refused: %s', async (input, fault) => {
  expect(await router.faults('subgraphRegister', { input })).toEqual([fault]);
});

test('the whole is up when all parts are, down when all are down, and degraded between', () => {
  expect(overallHealth([])).toBe('UP');
  expect(overallHealth(['UP', null, 'UP'])).toBe('UP');
  expect(overallHealth(['DOWN', 'DOWN'])).toBe('DOWN');
  expect(overallHealth(['UP', 'DOWN'])).toBe('DEGRADED');
  expect(overallHealth(['DEGRADED'])).toBe('DEGRADED');
});

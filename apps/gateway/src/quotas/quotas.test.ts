import { randomInt } from 'node:crypto';
import { defaultPolicies, type QuotaPolicy } from '@kronos/edge-rules';
import { type RedisProcess, soon, startRedisProcess } from '@kronos/events/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sampleClient } from '../testing/sample-rules.ts';
import { type ScriptedGraph, startScriptedGraph } from '../testing/scripted-graph.ts';
import { type PostOptions, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestIssuer, type TestIssuer } from '../testing/test-issuer.ts';
import { startTestRouter, type TestRouter } from '../testing/test-router.ts';
import { refusedPoints } from './account.ts';

const redisUrl = process.env.KRONOS_TEST_REDIS_URL!;
/** Nothing to speak of comes back while a test runs. */
const anonymous: QuotaPolicy = {
  ...defaultPolicies.anonymous,
  burst: 100,
  pointsPerMinute: 1,
  maxCost: 90,
  maxDepth: 4,
};
const user = { ...defaultPolicies.user, burst: 200, pointsPerMinute: 1 };
const shop = sampleClient('shop');

let graph: ScriptedGraph;
let issuer: TestIssuer;
let router: TestRouter;
let gateway: TestGateway;
let address: string;
let release: (() => void) | undefined;

beforeAll(async () => {
  graph = await startScriptedGraph({
    shop: {
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
        type Query {
          dear: Int @cost(weight: 30)
          cheap: Int
          slow: Int @cost(weight: 30)
          things(first: Int!): [Thing!] @listSize(slicingArguments: ["first"])
        }
        type Mutation { buy: Int }
        type Subscription { ticks: Int @cost(weight: 30) }
        type Thing { name: String }`,
      async answer({ query }) {
        if (query.includes('slow')) await new Promise<void>((resolve) => (release = resolve));
        const things = [{ name: 'a' }, { name: 'b' }];
        return { body: { data: { dear: 1, cheap: 1, slow: 1, buy: 1, things } } };
      },
    },
  });
  issuer = await startTestIssuer();
  router = await startTestRouter({ policies: [anonymous, user, defaultPolicies.service], clients: [shop] });
  gateway = await startTestGateway(graph.supergraphSdl, environment());
});
beforeEach(() => {
  address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
  release = undefined;
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await router[Symbol.asyncDispose]();
  await issuer[Symbol.asyncDispose]();
  await graph[Symbol.asyncDispose]();
});

function environment(): NodeJS.ProcessEnv {
  return {
    KRONOS_EDGE_RULES_URL: router.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
    KRONOS_JWKS_URL: issuer.jwksUrl,
    KRONOS_TRUST_PROXY: 'true',
    REDIS_URL: redisUrl,
    // A machine that runs other tests beside is not a Redis that is away.
    KRONOS_QUOTAS_TIMEOUT_MS: '5000',
  };
}

/** Asks as a stranger of this test's own address. */
async function ask(query: string, { headers, ...options }: PostOptions = {}, of = gateway) {
  const answer = await of.post(query, { ...options, headers: { 'x-forwarded-for': address, ...headers } });
  return {
    ...answer,
    left: Number(answer.headers.get('ratelimit-remaining')),
    error: answer.body.errors?.[0],
  };
}

const taken = 'kronos_gateway_quota_points_total{policy="anonymous",kind="taken"}';

/** What Prometheus is told. @param line what stands before the value */
async function figure(line: string, of = gateway): Promise<number> {
  const text = await (await fetch(`${of.origin}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.slice(line.length),
  );
}

test('every answer says what is left, and of how much', async () => {
  const { headers, body } = await ask('{ dear }');
  expect(body.data).toEqual({ dear: 1 });
  expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('ratelimit-')))).toEqual({
    'ratelimit-limit': '100',
    'ratelimit-remaining': '70',
    'ratelimit-reset': '1800',
    'ratelimit-policy': '1;w=60;burst=100;policy="anonymous"',
  });
  // As a new document and as one that is known.
  expect((await ask('{ dear }')).left).toBe(40);
  expect((await ask('{ cheap }')).left).toBe(39);
});

test('pages of other origins may read it', async () => {
  const { headers } = await ask('{ cheap }', { headers: { origin: 'http://localhost:3000' } });
  expect(headers.get('access-control-expose-headers')).toContain('ratelimit-remaining');
});

test('whoever has too little left is refused, as a new operation and as a known one', async () => {
  for (let count = 0; count < 3; count++) await ask('{ dear }');
  const before = graph.seen.shop!.length;
  for (const query of ['{ dear }', '{ dear } # new']) {
    const { status, headers, error } = await ask(query);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(19 * 60);
    expect(headers.get('ratelimit-remaining')).toMatch(/^(10|9)$/);
    expect(error).toMatchObject({
      message: expect.stringContaining('points a minute'),
      extensions: {
        code: 'RATE_LIMITED',
        retryAfter: expect.any(Number),
        details: { policy: 'anonymous', limit: 100, cost: 30, resetAt: expect.any(String) },
      },
    });
  }
  expect(graph.seen.shop).toHaveLength(before);
  expect((await ask('{ cheap }')).body.data).toEqual({ cheap: 1 });
});

test('what an operation did not use is given back', async () => {
  for (let count = 1; count <= 5; count++) {
    const { body, left } = await ask('{ things(first: 80) { name } }');
    expect(body.data!.things).toHaveLength(2);
    expect(left).toBe(100 - 2 * count);
  }
});

test('each person has points of their own, and each application', async () => {
  const bearer = { authorization: `Bearer ${await issuer.sign({ sub: `user_${randomInt(1e9)}` })}` };
  await ask('{ dear }');
  expect((await ask('{ dear }', { headers: bearer })).left).toBe(170);
  const { left, headers } = await ask('{ dear }', { headers: { 'x-kronos-client-key': 'shop' } });
  expect(left).toBe(defaultPolicies.service.burst - 30);
  expect(headers.get('ratelimit-policy')).toContain('policy="service"');
  expect((await ask('{ dear }')).left).toBe(40);
});

test('nonsense has its price, and nobody is told what is wrong with it who has nothing left', async () => {
  let left = 100;
  for (const query of ['{ nonsense }', '{ cheap', '', '{ nonsense }']) {
    const answer = await ask(query);
    expect(answer.error?.extensions.code).not.toBe('RATE_LIMITED');
    left -= refusedPoints;
    expect(answer.left).toBe(left);
  }
  for (let count = 0; count < 6; count++) await ask('{ nonsense }');
  expect((await ask('{ nonsense }')).error?.extensions.code).toBe('RATE_LIMITED');
});

test('a body that is no JSON, and a token that is not good, are not free', async () => {
  const send = (headers: Record<string, string>) =>
    fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...headers },
      body: '{',
    });
  expect((await send({})).headers.get('ratelimit-remaining')).toBe('90');
  expect((await send({ authorization: 'Bearer x' })).headers.get('ratelimit-remaining')).toBe('80');
  for (let count = 0; count < 8; count++) await send({});
  const { status } = await send({ authorization: 'Bearer x' });
  expect(status).toBe(429);
});

test('an identical query that is under way costs a point', async () => {
  const first = ask('{ slow }');
  await soon(() => expect(release).toBeDefined());
  const before = await figure(taken);
  const others = [ask('{ slow }'), ask('{ slow }')];
  await soon(async () => expect(await figure(taken)).toBe(before + 2));
  release!();
  const [{ left }, ...joined] = await Promise.all([first, ...others]);
  expect(left).toBe(70);
  expect(joined.map((each) => each.left).toSorted()).toEqual([68, 69]);
});

test('a subscription takes its estimate, and says what is left', async () => {
  const subscribe = () =>
    fetch(gateway.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'x-forwarded-for': address,
      },
      body: JSON.stringify({ query: 'subscription { ticks }' }),
    });
  const streams = [await subscribe(), await subscribe(), await subscribe()];
  expect(streams.map(({ headers }) => headers.get('ratelimit-remaining'))).toEqual(['70', '40', '10']);
  const refused = await subscribe();
  expect(await refused.text()).toContain('RATE_LIMITED');
  for (const { body } of streams) await body!.cancel();
});

test('the limits of a policy hold beside those of the gateway', async () => {
  const { error } = await ask('{ a: dear b: dear c: dear d: dear }');
  expect(error?.extensions).toMatchObject({
    code: 'OPERATION_LIMIT_EXCEEDED',
    details: { limit: 'cost', maximum: 90 },
  });
  const deep = await ask('{ __type(name: "Thing") { fields { type { ofType { name } } } } }');
  expect(deep.error?.extensions.details).toEqual({ limit: 'depth', value: 5, maximum: 4 });
});

test('another policy holds within a second', async () => {
  await ask('{ dear }');
  router.set({ policies: [{ ...anonymous, burst: 1_000 }, user, defaultPolicies.service], clients: [shop] });
  const before = Date.now();
  await soon(async () => expect((await ask('{ cheap }')).headers.get('ratelimit-limit')).toBe('1000'));
  // The gateway of this test has no events of a router and looks once a second.
  expect(Date.now() - before).toBeLessThan(2_000);
  // Each time of asking takes a point.
  expect((await ask('{ cheap }')).left).toBeGreaterThan(500);
  router.set({ policies: [anonymous, user, defaultPolicies.service], clients: [shop] });
  await soon(async () => expect((await ask('{ cheap }')).headers.get('ratelimit-limit')).toBe('100'));
});

test('what was taken and refused is told to Prometheus', async () => {
  const returned = 'kronos_gateway_quota_points_total{policy="anonymous",kind="returned"}';
  const throttled = 'kronos_gateway_quota_throttled_total{policy="anonymous",reason="minute"}';
  const before = await Promise.all([taken, returned, throttled].map((line) => figure(line)));
  await ask('{ things(first: 80) { name } }');
  for (let count = 0; count < 4; count++) await ask('{ dear }');
  const after = await Promise.all([taken, returned, throttled].map((line) => figure(line)));
  expect(after.map((value, index) => value - before[index]!)).toEqual([80 + 90, 78, 1]);
  expect(await figure('kronos_gateway_quota_local ')).toBe(0);
  expect(await figure('kronos_gateway_quota_redis_seconds_count ')).toBeGreaterThan(0);
});

test('three gateways allow what the bucket holds', async () => {
  const gateways = await Promise.all(
    [1, 2, 3].map(() => startTestGateway(graph.supergraphSdl, environment())),
  );
  const answers = await Promise.all(
    Array.from({ length: 150 }, (_, index) => ask(`{ cheap } # ${index}`, {}, gateways[index % 3])),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(100);
  expect(statuses.filter((status) => status === 429)).toHaveLength(50);
  for (const each of gateways) await each[Symbol.asyncDispose]();
});

test('without a Redis, and with none at all, callers are held to their limits', async () => {
  const { REDIS_URL: _, ...without } = environment();
  const gateways = [
    await startTestGateway(graph.supergraphSdl, { ...without, KRONOS_QUOTAS: 'true' }),
    await startTestGateway(graph.supergraphSdl, { ...without, REDIS_URL: 'redis://127.0.0.1:1' }),
  ];
  for (const each of gateways) {
    for (let count = 0; count < 3; count++) expect((await ask('{ dear }', {}, each)).status).toBe(200);
    expect((await ask('{ dear }', {}, each)).status).toBe(429);
    await each[Symbol.asyncDispose]();
  }
});

test('quotas can be switched off, and a foreign graph has none', async () => {
  for (const variables of [{ ...environment(), KRONOS_QUOTAS: 'false' }, {}]) {
    await using other = await startTestGateway(graph.supergraphSdl, variables);
    const { headers } = await other.post('{ dear }');
    expect(headers.get('ratelimit-limit')).toBeNull();
  }
});

let redis: RedisProcess | undefined;
afterEach(() => redis?.[Symbol.asyncDispose]());

test('Redis is killed and comes back', async () => {
  redis = await startRedisProcess();
  await using other = await startTestGateway(graph.supergraphSdl, { ...environment(), REDIS_URL: redis.url });
  const local = () => figure('kronos_gateway_quota_local ', other);
  await ask('mutation { buy }', { headers: { 'x-forwarded-for': '10.0.0.1' } }, other);
  expect((await ask('{ dear }', {}, other)).left).toBe(70);
  await redis.kill();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('mutation { buy }', {}, other)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expect(await local()).toBe(1);
  await redis.restart();
  await soon(async () => expect(await local()).toBe(0));
  expect((await ask('{ dear }', {}, other)).left).toBe(70);
});

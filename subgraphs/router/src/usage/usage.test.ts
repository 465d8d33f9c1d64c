import { subjectOf } from '@kronos/edge-rules';
import type { Quotas } from '@kronos/quotas';
import { createRedisQuotas } from '@kronos/quotas/redis';
import { tryDecodeId } from '@kronos/subgraph';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createSubgraph } from '../subgraph.ts';
import { createTestRouter, type Json, somebody, type TestRouter } from '../testing/test-router.ts';

const until = { timeout: 15_000, interval: 25 };
const hourMs = 3_600_000;
let router: TestRouter;
let quotas: Quotas;
let redis: Redis;
beforeAll(async () => {
  router = await createTestRouter({ ROUTER_USAGE_INTERVAL_MS: '50' });
  quotas = createRedisQuotas({ redisUrl: router.redisUrl, timeoutMs: 5_000 });
  redis = new Redis(router.redisUrl);
  // Until the connection stands, nothing is decided.
  await vi.waitFor(() => quotas.read('address:192.0.2.1', policyWith({})), until);
});
afterAll(async () => {
  redis.disconnect();
  await quotas.close();
  await router[Symbol.asyncDispose]();
});

function policyWith(changes: object) {
  return { name: 'test', pointsPerMinute: 60, burst: 1_000, monthlyPoints: null, ...changes };
}
const subjectOfUser = (userId: string) => subjectOf({ client: null, viewer: { userId }, address: '' });

async function createClient(name: string, ownerId?: string) {
  const { clientApplication } = await router.mutate(
    'clientApplicationCreate',
    { input: { name, ownerId } },
    'clientApplication { id }',
  );
  const uuid = tryDecodeId('client_application', clientApplication.id)!;
  const subject = subjectOf({ client: { id: uuid }, viewer: null, address: '' });
  return { id: clientApplication.id as string, subject };
}

const usageOfClient = async (id: string, window = 'P1D'): Promise<Json> =>
  (
    await router.data(
      'query ($id: ID!, $window: Duration) { clientApplication(id: $id) { usage(window: $window) { points requests throttled windowStart } } }',
      { id, window },
    )
  ).clientApplication.usage;
const usageOfUser = async (id: string, as = router.admin): Promise<Json> =>
  (
    await router.data(
      'query ($who: [_Any!]!) { _entities(representations: $who) { ... on User { quotaUsage { points requests throttled } } } }',
      { who: [{ __typename: 'User', id }] },
      as,
    )
  )._entities[0].quotaUsage;
const thresholdsOf = async (subject: string) =>
  (
    await router.db.outbox.findMany({
      where: { name: 'quotaThresholdReached', key: subject },
      orderBy: { sequence: 'asc' },
    })
  ).map(({ payload }) => (payload as Json).threshold);

test('what gateways have counted is kept, for clients and for people', async () => {
  const shop = await createClient('shop');
  const ada = somebody();
  const taken = await quotas.take(shop.subject, policyWith({}), 100);
  quotas.giveBack(taken, 40);
  await quotas.take(shop.subject, policyWith({}), 5_000);
  await quotas.take(subjectOfUser(ada.id), policyWith({}), 7);

  const expected = { points: '60', requests: '2', throttled: '1' };
  await vi.waitFor(async () => expect(await usageOfClient(shop.id)).toMatchObject(expected), until);
  await vi.waitFor(
    async () =>
      expect(await usageOfUser(ada.id, ada)).toEqual({ points: '7', requests: '1', throttled: '0' }),
    until,
  );
});

test('of strangers nothing is kept', async () => {
  const bob = somebody();
  await quotas.take('address:192.0.2.99', policyWith({}), 1);
  await quotas.take(subjectOfUser(bob.id), policyWith({}), 1);
  await vi.waitFor(async () => expect(await usageOfUser(bob.id)).toMatchObject({ requests: '1' }), until);
  expect(await router.db.usageHour.count({ where: { subject: { startsWith: 'address:' } } })).toBe(0);
});

test('a window begins with an hour, and holds what was used since', async () => {
  const { id, subject } = await createClient('windows');
  const now = Math.floor(Date.now() / hourMs) * hourMs;
  const row = (hoursAgo: number, points: bigint) => ({
    subject,
    hour: new Date(now - hoursAgo * hourMs),
    points,
    requests: 1n,
    throttled: 0n,
  });
  await router.db.usageHour.createMany({ data: [row(0, 1n), row(1, 2n), row(30, 4n), row(24 * 60, 8n)] });
  const pointsIn = async (window: string) => (await usageOfClient(id, window)).points;
  expect(await Promise.all(['PT1H', 'P1D', 'P2D', 'P90D'].map(pointsIn))).toEqual(['3', '3', '7', '15']);
  const { windowStart } = await usageOfClient(id, 'PT1H');
  expect(Date.parse(windowStart) % hourMs).toBe(0);
  const query = 'query ($id: ID!) { clientApplication(id: $id) { usage(window: "P401D") { points } } }';
  const { errors } = await router.execute(query, { id }, router.admin);
  expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');
});

test('a Redis that has lost its memory takes nothing away', async () => {
  const { id, subject } = await createClient('lossy');
  for (let times = 0; times < 3; times += 1) await quotas.take(subject, policyWith({}), 10);
  await vi.waitFor(async () => expect(await usageOfClient(id)).toMatchObject({ points: '30' }), until);
  await redis.flushdb();
  await quotas.take(subject, policyWith({}), 1);
  const probe = somebody();
  await quotas.take(subjectOfUser(probe.id), policyWith({}), 1);
  await vi.waitFor(async () => expect(await usageOfUser(probe.id)).toMatchObject({ requests: '1' }), until);
  expect(await usageOfClient(id)).toMatchObject({ points: '30', requests: '3' });
});

test('thresholds of a month are announced once each, however many processes keep usage', async () => {
  await using _second = await createTestSubgraph(createSubgraph, { ...router.environment });
  const owner = somebody();
  const { id, subject } = await createClient('monthly', owner.id);
  const policy = policyWith({ monthlyPoints: 100 });
  const selection = 'threshold period points limit clientApplication { name } user { id }';
  const document = `subscription ($id: ID) { quotaThresholdReached(clientId: $id) { ${selection} } }`;
  await using mine = await router.subscribe(document, { id }, owner);
  await using others = await router.subscribe(document, {}, somebody());

  await quotas.take(subject, policy, 79);
  await vi.waitFor(async () => expect(await usageOfClient(id)).toMatchObject({ points: '79' }), until);
  expect(await thresholdsOf(subject)).toEqual([]);
  await quotas.take(subject, policy, 1);
  await vi.waitFor(async () => expect(await thresholdsOf(subject)).toEqual([80]), until);
  await quotas.take(subject, policy, 20);
  await vi.waitFor(async () => expect(await thresholdsOf(subject)).toEqual([80, 100]), until);
  await quotas.take(subject, policy, 1);
  await vi.waitFor(async () => expect(await usageOfClient(id)).toMatchObject({ throttled: '1' }), until);
  expect(await thresholdsOf(subject)).toEqual([80, 100]);

  const period = new Date().toISOString().slice(0, 7);
  const common = { period, limit: '100', clientApplication: { name: 'monthly' }, user: null };
  expect((await mine.message()).data?.quotaThresholdReached).toEqual({
    ...common,
    threshold: 80,
    points: '80',
  });
  expect((await mine.message()).data?.quotaThresholdReached).toEqual({
    ...common,
    threshold: 100,
    points: '100',
  });

  // The stranger hears of themselves first: of the application they have heard nothing.
  const bea = somebody();
  await using beas = await router.subscribe(document, {}, bea);
  await quotas.take(subjectOfUser(bea.id), policy, 100);
  expect((await beas.message()).data?.quotaThresholdReached).toMatchObject({
    user: { id: bea.id },
    threshold: 80,
  });
  expect(others.ending).toBeNull();
});

test('uses of stored operations are kept', async () => {
  const { persistedOperation } = await router.mutate(
    'persistedOperationPublish',
    { input: { document: 'query Counted { roles { id } }' } },
    'persistedOperation { id hash }',
  );
  const at = Date.parse('2026-11-30T12:00:00Z');
  const count = (uses: number, when: number) =>
    redis
      .multi()
      .hset('kronos:operations:uses', persistedOperation.hash, uses)
      .hset('kronos:operations:used', persistedOperation.hash, when)
      .exec();
  const read = async () =>
    (
      await router.data(
        'query ($id: ID!) { persistedOperation(id: $id) { uses lastUsedAt } }',
        persistedOperation,
      )
    ).persistedOperation;
  await count(5, at);
  await vi.waitFor(
    async () => expect(await read()).toEqual({ uses: '5', lastUsedAt: '2026-11-30T12:00:00.000Z' }),
    until,
  );
  await count(1, at + 60_000);
  await vi.waitFor(
    async () => expect(await read()).toEqual({ uses: '5', lastUsedAt: '2026-11-30T12:01:00.000Z' }),
    until,
  );
});

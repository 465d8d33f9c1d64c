import { startForeignGraph } from '@kronos/engine/testing';
import { soon } from '@kronos/events/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEventPublisher } from '../testing/event-publisher.ts';
import { writeInternalKey } from '../testing/internal-key.ts';
import { sampleClient } from '../testing/sample-rules.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { startTestRouter } from '../testing/test-router.ts';

let graph: Awaited<ReturnType<typeof startForeignGraph>>;
beforeAll(async () => {
  graph = await startForeignGraph();
});
afterAll(() => graph[Symbol.asyncDispose]());

const start = (environment: NodeJS.ProcessEnv) => startTestGateway(graph.supergraphSdl, environment);
const statusFor = async (gateway: TestGateway, key: string) =>
  (await gateway.post('{ count }', { headers: { 'x-kronos-client-key': key } })).status;
const partsOf = async (gateway: TestGateway) =>
  ((await (await fetch(`${gateway.origin}/ready`)).json()) as { parts: Record<string, string> }).parts;

test('the rules are asked for with an internal token, and by their version once they are known', async () => {
  await using router = await startTestRouter({ clients: [sampleClient('shop')] });
  using key = await writeInternalKey();
  await using gateway = await start({
    KRONOS_EDGE_RULES_URL: router.url,
    KRONOS_EDGE_RULES_POLL_SECONDS: '1',
    KRONOS_INTERNAL_KEY_FILE: key.file,
  });
  expect(await statusFor(gateway, 'shop')).toBe(200);
  await soon(() => expect(router.asked.map(({ status }) => status)).toEqual([200, 304]));

  const [first, second] = router.asked.map(({ headers }) => headers);
  expect(decodeJwt(first!.authorization!.slice('Bearer '.length))).toMatchObject({ aud: 'kronos-subgraph' });
  expect(first!['if-none-match']).toBeUndefined();
  expect(second!['if-none-match']).toBe(`"${router.version}"`);
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text();
  expect(metrics).toContain(`kronos_gateway_edge_rules_info{version="${router.version}",source="router"} 1`);
  expect(metrics).toMatch(/^kronos_gateway_edge_rules_age_seconds 0\.\d+$/m);
});

test('a change takes effect by its event, and a burst of changes is one look', async () => {
  await using router = await startTestRouter();
  const redisUrl = await testRedisUrl();
  using events = createEventPublisher(redisUrl, 'router');
  await using gateway = await start({ KRONOS_EDGE_RULES_URL: router.url, REDIS_URL: redisUrl });
  const changed = () => events.publish('edgeRulesChanged', 'rules', { kind: 'CLIENT' });
  expect(await statusFor(gateway, 'shop')).toBe(401);
  // The gateway follows from its start on; the first event tells that it does.
  await changed();
  await soon(() => expect(router.asked).toHaveLength(2));

  router.set({ clients: [sampleClient('shop')] });
  const changedAt = performance.now();
  await Promise.all(Array.from({ length: 20 }, changed));
  await soon(async () => expect(await statusFor(gateway, 'shop')).toBe(200));
  expect(performance.now() - changedAt).toBeLessThan(1_000);
  await changed();
  await soon(() => expect(router.asked.at(-1)?.status).toBe(304));
  expect(router.asked.length).toBeLessThanOrEqual(5);
});

test('while the router is away the last known rules hold, and a gateway that starts then has them too', async () => {
  await using router = await startTestRouter({ clients: [sampleClient('shop')] });
  const redisUrl = await testRedisUrl();
  const environment = { KRONOS_EDGE_RULES_URL: router.url, REDIS_URL: redisUrl };
  await using gateway = await start({ ...environment, KRONOS_EDGE_RULES_POLL_SECONDS: '1' });
  expect(await statusFor(gateway, 'shop')).toBe(200);
  router.fail();
  await soon(() => expect(router.asked.at(-1)?.status).toBe(503));
  expect(await statusFor(gateway, 'shop')).toBe(200);
  expect(await (await fetch(`${gateway.origin}/metrics`)).text()).toMatch(
    /^kronos_gateway_edge_rules_failures_total [1-9]/m,
  );

  await using restarted = await start(environment);
  expect(await statusFor(restarted, 'shop')).toBe(200);
  expect(await statusFor(restarted, 'another')).toBe(401);
  expect(await partsOf(restarted)).toMatchObject({ edgeRules: 'ready' });

  router.set({ clients: [sampleClient('another')] });
  router.recover();
  await soon(async () => expect(await statusFor(restarted, 'another')).toBe(200));
  expect(await statusFor(restarted, 'shop')).toBe(401);
});

test('without the router and a snapshot the defaults hold, and no client can be told', async () => {
  await using router = await startTestRouter({ clients: [sampleClient('shop')] });
  router.fail();
  await using gateway = await start({ KRONOS_EDGE_RULES_URL: router.url });
  expect((await gateway.post('{ count }')).status).toBe(200);
  expect(await statusFor(gateway, 'shop')).toBe(503);
  expect(await partsOf(gateway)).toMatchObject({ edgeRules: expect.stringContaining('router') });
  router.recover();
  await soon(async () => expect(await statusFor(gateway, 'shop')).toBe(200));
  await soon(async () => expect(await partsOf(gateway)).toMatchObject({ edgeRules: 'ready' }));
});

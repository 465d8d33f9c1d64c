import { hash } from 'node:crypto';
import { startForeignGraph } from '@kronos/engine/testing';
import { testRedisUrl } from '@kronos/subgraph/testing';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { sampleOperation } from '../testing/sample-rules.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { startTestRouter } from '../testing/test-router.ts';

test('runs of stored operations are counted by all gateways together, those of others are not', async () => {
  const [often, once, never] = ['{ count }', '{ people { name } }', '{ whoAmI }'] as const;
  await using graph = await startForeignGraph();
  await using router = await startTestRouter({
    operations: [often, once, never].map((text) => sampleOperation(text)),
  });
  const redisUrl = await testRedisUrl();
  const environment = { KRONOS_EDGE_RULES_URL: router.url, REDIS_URL: redisUrl };
  const begun = Date.now();
  for (let process = 0; process < 2; process++) {
    await using gateway = await startTestGateway(graph.supergraphSdl, environment);
    for (let time = 0; time < 3; time++) await gateway.post(often);
    if (process === 0) await gateway.post(once);
    await gateway.post('{ slow }');
    await gateway.post('{ people { broken } }');
  }
  const redis = new Redis(redisUrl);
  expect(await redis.hgetall('kronos:operations:uses')).toEqual({
    [hash('sha256', often)]: '6',
    [hash('sha256', once)]: '1',
  });
  const used = await redis.hgetall('kronos:operations:used');
  expect(Object.keys(used)).toHaveLength(2);
  for (const time of Object.values(used)) expect(Number(time)).toBeGreaterThanOrEqual(begun);
  redis.disconnect();
});

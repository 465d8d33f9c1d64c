import { createTestSubgraph } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

test('boots while PostgreSQL and Redis are away, says so, and ends in order', async () => {
  await using router = await createTestSubgraph(createSubgraph, {
    ROUTER_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
    REDIS_URL: 'redis://127.0.0.1:1',
    KRONOS_SUPERGRAPH: '/nowhere/supergraph.graphql',
  });
  const { errors } = await router.execute('{ health { status } }');

  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: expect.any(Number),
  });
  expect(await router.subgraph.readiness()).toEqual({ database: expect.any(String) });
});

test('refuses an environment with every fault at once', async () => {
  await expect(createSubgraph({ LOG_LEVEL: 'loud', ROUTER_PROBE_TIMEOUT_MS: '0' })).rejects.toThrow(
    /LOG_LEVEL[\s\S]*ROUTER_DATABASE_URL[\s\S]*REDIS_URL[\s\S]*ROUTER_PROBE_TIMEOUT_MS/,
  );
});

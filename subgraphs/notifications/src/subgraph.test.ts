import { createTestSubgraph } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

test('boots while PostgreSQL and Redis are away, says so, and ends in order', async () => {
  await using notifications = await createTestSubgraph(createSubgraph, {
    NOTIFICATIONS_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
    REDIS_URL: 'redis://127.0.0.1:1',
  });
  const { errors } = await notifications.execute('{ notifications { nodes { id } } }', {}, {});

  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: expect.any(Number),
  });
  expect(await notifications.subgraph.readiness()).toEqual({ database: expect.any(String) });
});

test('refuses an environment with every fault at once', async () => {
  await expect(createSubgraph({ LOG_LEVEL: 'loud' })).rejects.toThrow(
    /LOG_LEVEL[\s\S]*NOTIFICATIONS_DATABASE_URL[\s\S]*REDIS_URL/,
  );
});

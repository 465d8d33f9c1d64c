import { encodeId, newId } from '@kronos/subgraph';
import { createTestSubgraph } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';

test('boots while PostgreSQL and Redis are away, says so, and ends in order', async () => {
  await using users = await createTestSubgraph(createSubgraph, {
    USERS_DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
    REDIS_URL: 'redis://127.0.0.1:1',
  });
  const { errors } = await users.execute(
    'query ($id: ID!) { user(id: $id) { displayName } }',
    { id: encodeId('user', newId()) },
    {},
  );

  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: expect.any(Number),
  });
  expect(await users.subgraph.readiness()).toEqual({ database: expect.any(String) });
});

test('refuses an environment with every fault at once', async () => {
  await expect(createSubgraph({ LOG_LEVEL: 'loud' })).rejects.toThrow(
    /LOG_LEVEL[\s\S]*USERS_DATABASE_URL[\s\S]*REDIS_URL/,
  );
});

import { createTestDatabase, createTestSubgraph, testRedisUrl } from '@kronos/subgraph/testing';
import { expect, test } from 'vitest';
import { createSubgraph } from './subgraph.ts';
import { somebody, startsAt } from './test-kit.ts';

const nowhere = {
  postgres: 'postgresql://kronos:secret@127.0.0.1:1/kronos_events',
  redis: 'redis://127.0.0.1:1',
};

test('starts while PostgreSQL and Redis are away, and says so', async () => {
  const environment = { EVENTS_DATABASE_URL: nowhere.postgres, REDIS_URL: nowhere.redis };
  await using kit = await createTestSubgraph(createSubgraph, environment);
  const { errors } = await kit.execute('{ events { nodes { id } } }');
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'SERVICE_UNAVAILABLE',
    retryAfter: expect.any(Number),
  });
  expect(await kit.subgraph.readiness()).toEqual({ database: 'PostgreSQL is away' });
});

test('writes while Redis is away: what is committed is announced when Redis comes', async () => {
  await using database = await createTestDatabase('events');
  const environment = { EVENTS_DATABASE_URL: database.url, REDIS_URL: nowhere.redis };
  const olga = somebody();
  {
    await using kit = await createTestSubgraph(createSubgraph, environment);
    const document = `mutation { eventCreate(input: {title: "Launch", startsAt: "${startsAt}"}) { event { title } } }`;
    expect((await kit.execute(document, {}, olga)).errors).toBeUndefined();
  }
  await using kit = await createTestSubgraph(createSubgraph, {
    ...environment,
    REDIS_URL: await testRedisUrl(),
  });
  await using stream = await kit.subscribe(
    'subscription { eventCreated { event { title } } }',
    {},
    olga,
    '0',
  );
  expect((await stream.message()).data).toEqual({ eventCreated: { event: { title: 'Launch' } } });
});

test('names every variable that is wrong', async () => {
  const faulty = createSubgraph({ EVENTS_DATABASE_URL: 'mysql://x' });
  await expect(faulty).rejects.toThrow(/EVENTS_DATABASE_URL[\s\S]*REDIS_URL/);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFixtureSubgraph } from './fixture/fixture-subgraph.ts';
import { serveSubgraph } from './serve-subgraph.ts';
import {
  createTestDatabase,
  createTestGateway,
  type TestDatabase,
  type TestGateway,
} from './testing/index.ts';
import { testRedisUrl } from './testing/test-redis.ts';

let database: TestDatabase;
let gateway: TestGateway;
let environment: NodeJS.ProcessEnv;
beforeAll(async () => {
  [database, gateway] = await Promise.all([createTestDatabase('auth'), createTestGateway()]);
  environment = {
    AUTH_DATABASE_URL: database.url,
    REDIS_URL: await testRedisUrl(),
    KRONOS_INTERNAL_JWKS_FILE: gateway.jwksFile,
    FIXTURE_PORT: '0',
  };
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await gateway[Symbol.asyncDispose]();
});

test('a subgraph listens, answers and closes', async () => {
  const served = await serveSubgraph(createFixtureSubgraph, environment);
  expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/graphql$/);
  const response = await fetch(served.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await gateway.sign({})}`,
      'content-type': 'application/json',
    },
    body: '{"query":"{ greeting }"}',
  });
  expect(await response.json()).toEqual({ data: { greeting: 'hello' } });
  await served.close();
  await expect(fetch(served.url)).rejects.toThrow('fetch failed');
});

test('it is not ready while it cannot know its gateway', async () => {
  const served = await serveSubgraph(createFixtureSubgraph, {
    ...environment,
    KRONOS_INTERNAL_JWKS_FILE: '/nowhere/keys.json',
  });
  const response = await fetch(new URL('/ready', served.url));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    parts: { database: 'ready', internalKeys: expect.stringContaining('/nowhere/keys.json') },
  });
  await served.close();
});

test('a subgraph that nobody routes to needs a port', async () => {
  const refused = serveSubgraph(createFixtureSubgraph, { ...environment, FIXTURE_PORT: '' });
  await expect(refused).rejects.toThrow(
    'supergraph.yaml does not say on which port the subgraph “fixture” listens: set FIXTURE_PORT',
  );
});

test('a port that is none, and one that is taken', async () => {
  const none = serveSubgraph(createFixtureSubgraph, { ...environment, FIXTURE_PORT: 'http' });
  await expect(none).rejects.toThrow('FIXTURE_PORT is "http": expected a port number');
  const served = await serveSubgraph(createFixtureSubgraph, environment);
  const taken = serveSubgraph(createFixtureSubgraph, {
    ...environment,
    FIXTURE_PORT: new URL(served.url).port,
  });
  await expect(taken).rejects.toThrow('EADDRINUSE');
  await served.close();
});

import { domainVariable } from '../domain-variable.ts';
import type { CreateSubgraph } from '../serve-subgraph.ts';
import { createTestDatabase } from './test-database.ts';
import { testRedisUrl } from './test-redis.ts';
import { createTestSubgraph, type TestSubgraph } from './test-subgraph.ts';

/** A subgraph with a database and a Redis of its own. */
export interface TestDomain extends TestSubgraph {
  /** What the subgraph was made with, for a second one on the same data. */
  environment: NodeJS.ProcessEnv;
  databaseUrl: string;
  redisUrl: string;
}

/**
 * Everything that a subgraph's test needs in one line: a fresh database from the domain's migrations, an empty Redis and
 * the subgraph on both.
 *
 * @param environment further variables, or others
 */
export async function createTestDomain(
  domain: string,
  createSubgraph: CreateSubgraph,
  environment: NodeJS.ProcessEnv = {},
): Promise<TestDomain> {
  // A subgraph that cannot be made leaves no database behind.
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createTestDatabase(domain));
  const redisUrl = await testRedisUrl();
  const complete = {
    [domainVariable(domain, 'DATABASE_URL')]: database.url,
    REDIS_URL: redisUrl,
    ...environment,
  };
  const subgraph = opened.use(await createTestSubgraph(createSubgraph, complete));
  const everything = opened.move();
  return {
    ...subgraph,
    environment: complete,
    databaseUrl: database.url,
    redisUrl,
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

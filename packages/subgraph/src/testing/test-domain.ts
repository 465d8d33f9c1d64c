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
  const database = await createTestDatabase(domain);
  const redisUrl = await testRedisUrl();
  const complete = {
    [domainVariable(domain, 'DATABASE_URL')]: database.url,
    REDIS_URL: redisUrl,
    ...environment,
  };
  const subgraph = await createTestSubgraph(createSubgraph, complete);
  return {
    ...subgraph,
    environment: complete,
    databaseUrl: database.url,
    redisUrl,
    async [Symbol.asyncDispose]() {
      await subgraph[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

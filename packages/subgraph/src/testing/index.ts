export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { createTestDomain } from './test-domain.ts';
export { testRedisUrl } from './test-redis.ts';
export {
  type Actor,
  createTestSubgraph,
  type TestResult,
  type TestStream,
  type TestSubgraph,
} from './test-subgraph.ts';

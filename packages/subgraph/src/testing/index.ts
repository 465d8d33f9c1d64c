export { createTestGateway, type TestGateway } from './internal-token.ts';
export { personalDataFaults } from './personal-data-faults.ts';
export { createTestDatabase, type TestDatabase } from './test-database.ts';
export { createTestDomain, type TestDomain } from './test-domain.ts';
export { createTestProducer, type TestProducer } from './test-producer.ts';
export { testRedisUrl } from './test-redis.ts';
export type { TestMessage, TestResult, TestStream } from './test-stream.ts';
export { type Actor, createTestSubgraph, type TestSubgraph } from './test-subgraph.ts';
export { testViewer } from './test-viewer.ts';

export { compose, type ForeignGraph, peopleSdl, postsSdl, startForeignGraph } from './foreign-graph.ts';
export type { TestSubgraph } from './test-subgraph.ts';

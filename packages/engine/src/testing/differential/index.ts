export { type Case, judgeCase } from './harness.ts';
export { judgeSeeds } from './judge-seeds.ts';
export { federation } from './subgraph-draft.ts';

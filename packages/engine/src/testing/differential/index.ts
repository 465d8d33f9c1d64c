export { judgeSeeds } from './judge-seeds.ts';
export { federation } from './subgraph-draft.ts';

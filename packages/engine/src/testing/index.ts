export { compose } from '@kronos/operations/testing';
export { createEventFeed, type EventFeed } from './event-feed.ts';
export { type ForeignGraph, peopleSdl, postsSdl, startForeignGraph } from './foreign-graph.ts';
export { startTestSubgraph, type TestSubgraph } from './test-subgraph.ts';

export { type CodedErrorOptions, codedError } from './coded-error.ts';
export { type Part, type Parts, type PartsSlot, partsSlot } from './defer/parts.ts';
export {
  createEngine,
  type Engine,
  type EngineOptions,
  type EngineSubscribeOptions,
  type SubscriptionSlot,
  subscriptionSlot,
} from './engine.ts';
export type { RunOptions } from './execution/compile-operation.ts';
export type { OperationRequest } from './execution/create-executor.ts';
export type { EntityFetch, KnowEntities, KnownEntities } from './execution/known-entities.ts';
export { SubgraphError } from './execution/subgraph-error.ts';
export type { Headers } from './http/headers.ts';
export type { HttpClientOptions } from './http/http-client.ts';
export type { SubgraphHeaders } from './http/subgraph-call.ts';
export { clientSignal, type OnSubgraphAnswer } from './http/subgraph-call.ts';
export type { LocalOperation, LocalResult, LocalSubgraph } from './local/local-subgraph.ts';
export type { Withheld } from './plan/withheld.ts';
export type { EngineLogger } from './schema-state.ts';
export type { CompileMeasure } from './shape/measure.ts';
export { RawJson, stringifyAnswer } from './shape/raw-json.ts';
export type { PlannedSubscription } from './subscription/plan.ts';
export type { SubscriptionFrame } from './subscription/subscribe.ts';
export type { EngineTrace, FetchOutcome, FetchTrace, TracedFetch } from './trace.ts';
export type { CircuitPolicy, TrafficOptions, TrafficPolicy } from './traffic/policy.ts';
export type { TrafficStatistics } from './traffic/subgraph-traffic.ts';

import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import { createDeferredExecutor, type DeferredExecutor } from './defer/create-deferred-executor.ts';
import { createExecutor, type Executor } from './execution/create-executor.ts';
import {
  createSubgraphCall,
  type OnSubgraphAnswer,
  type SubgraphCall,
  type SubgraphHeaders,
} from './http/subgraph-call.ts';
import { Lru } from './lru.ts';
import { quickPlanning } from './plan/find-plan.ts';
import { createPlanning, type Planning, type PlanningLimits } from './plan/planning.ts';
import type { CompileMeasure } from './shape/measure.ts';
import type { SubscriptionPlan } from './subscription/plan.ts';
import { acceptDefer } from './supergraph/accept-defer.ts';
import { prepareSupergraph } from './supergraph/prepare.ts';
import type { EngineTrace } from './trace.ts';
import type { SubgraphTraffic } from './traffic/subgraph-traffic.ts';

// Read when an ApolloGateway is constructed: 2.14 starts an exporter of usage data otherwise.
process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';

const keptSubscriptions = 500;

export interface EngineLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Everything that belongs to one version of the supergraph. Requests and running subscriptions hold on to the state they
 * started with, so an update changes nothing under them.
 */
export interface SchemaState {
  supergraphSdl: string;
  apiSchema: GraphQLSchema;
  /** Executes queries and mutations. */
  executor: Executor;
  /** Executes those whose answers may come in parts. */
  executeInParts: DeferredExecutor;
  urls: Record<string, string>;
  planning: Planning;
  subscriptionPlans: Lru<string, SubscriptionPlan>;
}

export interface SchemaStateOptions {
  /** The way to a subgraph for queries and mutations. */
  trafficTo(name: string): SubgraphTraffic;
  /** Subgraphs that are asked otherwise than over HTTP. */
  locals: ReadonlyMap<string, { call: SubgraphCall }>;
  headers: SubgraphHeaders;
  onAnswer?: OnSubgraphAnswer;
  logger: EngineLogger;
  subgraphUrls?: Record<string, string>;
  /** Whether data is given as the text of its JSON. */
  rawData: boolean;
  /** What is counted of the data of operations; nothing when undefined. */
  compileMeasure: CompileMeasure | undefined;
  planning: PlanningLimits;
  trace?: EngineTrace;
}

/**
 * Loads one version of a supergraph.
 *
 * @throws Error when the SDL is no supergraph that ApolloGateway can serve
 */
export async function loadSchemaState(
  supergraphSdl: string,
  options: SchemaStateOptions,
): Promise<SchemaState> {
  const { trafficTo, locals, headers, onAnswer, logger, trace, rawData, compileMeasure } = options;
  const calls: Record<string, SubgraphCall> = Object.create(null);
  const urls: Record<string, string> = {};
  const preparedSdl = prepareSupergraph(supergraphSdl, options.subgraphUrls);
  const gateway = new ApolloGateway({
    supergraphSdl: preparedSdl,
    queryPlannerConfig: quickPlanning,
    logger: { ...quiet, warn: logger.warn.bind(logger), error: logger.error.bind(logger) },
    buildService({ name, url = '' }) {
      urls[name] = url;
      calls[name] =
        locals.get(name)?.call ??
        createSubgraphCall({ name, url, headers, traffic: trafficTo(name), onAnswer, trace });
      return neverCalled;
    },
  });
  const apiSchema = acceptDefer((await gateway.load()).schema);
  // The planner that ApolloGateway has built anyway; a second one would cost its time and memory again.
  const planning = createPlanning(gateway.__testing().queryPlanner!, preparedSdl, calls, options.planning);
  return {
    supergraphSdl,
    apiSchema,
    executor: createExecutor(apiSchema, planning, { rawData, compileMeasure }),
    executeInParts: createDeferredExecutor(apiSchema, planning, { rawData, compileMeasure }),
    urls,
    planning,
    subscriptionPlans: new Lru(keptSubscriptions),
  };
}

const quiet = { debug() {}, info() {} };

/** ApolloGateway loads and plans; what it would fetch, our own executor does. */
const neverCalled = {
  process(): never {
    throw new Error('Subgraphs are not asked by ApolloGateway.');
  },
};

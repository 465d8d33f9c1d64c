import type { Schema } from '@apollo/federation-internals';
import { ApolloGateway, type ServiceMap } from '@apollo/gateway';
import type { QueryPlanner } from '@apollo/query-planner';
import type { GatewayExecutor } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import { assertPlanned } from './assert-planned.ts';
import type { Exchange } from './http/exchange.ts';
import { createSubgraphSource, type SubgraphHeaders } from './http/subgraph-source.ts';
import type { SubscriptionPlan } from './subscription/plan.ts';
import { prepareSupergraph } from './supergraph/prepare.ts';

// Read when an ApolloGateway is constructed: 2.14 starts an exporter of usage data otherwise.
process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';

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
  /** Executes queries and mutations: the seam at which an own executor replaces ApolloGateway's. */
  execute: GatewayExecutor;
  sources: ServiceMap;
  urls: Record<string, string>;
  /** What planning and executing a subscription needs beside; built when the first one is planned. */
  planning(): { planner: QueryPlanner; federationSchema: Schema; supergraphSchema: GraphQLSchema };
  subscriptionPlans: Map<string, SubscriptionPlan>;
}

export interface SchemaStateOptions {
  /** The way to a subgraph for queries and mutations. */
  exchangeWith(name: string, url: string): Exchange;
  headers: SubgraphHeaders;
  logger: EngineLogger;
  subgraphUrls?: Record<string, string>;
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
  const { exchangeWith, headers, logger } = options;
  const sources: ServiceMap = Object.create(null);
  const urls: Record<string, string> = {};
  const gateway = new ApolloGateway({
    supergraphSdl: prepareSupergraph(supergraphSdl, options.subgraphUrls),
    logger: { ...quiet, warn: logger.warn.bind(logger), error: logger.error.bind(logger) },
    __exposeQueryPlanExperimental: false,
    buildService({ name, url = '' }) {
      urls[name] = url;
      sources[name] = createSubgraphSource({ name, headers, exchange: exchangeWith(name, url) });
      return sources[name];
    },
    experimental_didResolveQueryPlan: ({ queryPlan, operationContext, requestContext }) =>
      assertPlanned(queryPlan, { ...operationContext, variables: requestContext.request.variables ?? {} }),
  });
  const { schema, executor } = await gateway.load();

  let planning: ReturnType<SchemaState['planning']> | undefined;
  return {
    supergraphSdl,
    apiSchema: schema,
    execute: executor,
    sources,
    urls,
    subscriptionPlans: new Map(),
    planning() {
      if (planning) return planning;
      // The planner that ApolloGateway has built anyway; a second one would cost its time and memory again.
      const planner = gateway.__testing().queryPlanner!;
      const federationSchema = planner.supergraph.apiSchema();
      planning = {
        planner,
        federationSchema,
        supergraphSchema: planner.supergraph.schema.toGraphQLJSSchema(),
      };
      return planning;
    },
  };
}

const quiet = { debug() {}, info() {} };

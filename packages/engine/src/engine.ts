import type {
  GatewayExecutionResult,
  GatewayInterface,
  GatewaySchemaLoadOrUpdateCallback,
} from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { codedError } from './coded-error.ts';
import { type PartsSlot, partsSlot } from './defer/parts.ts';
import type { OperationRequest } from './execution/create-executor.ts';
import type { KnowEntities } from './execution/known-entities.ts';
import { RequestHeaders } from './http/headers.ts';
import { createHttpClient, type HttpClientOptions } from './http/http-client.ts';
import type { OnSubgraphAnswer, SubgraphHeaders } from './http/subgraph-call.ts';
import type { LocalSubgraph } from './local/local-subgraph.ts';
import { connectLocalSubgraphs } from './local/local-subgraphs.ts';
import { readOperation } from './plan/operation.ts';
import { createPlanCache } from './plan/plan-cache.ts';
import { compileVariables } from './plan/variables.ts';
import { warmUp } from './plan/warm-up.ts';
import { type EngineLogger, loadSchemaState, type SchemaState } from './schema-state.ts';
import type { CompileMeasure } from './shape/measure.ts';
import type { UpstreamLimits } from './subscription/follow-upstream.ts';
import { type PlannedSubscription, planSubscription } from './subscription/plan.ts';
import { type SubscriptionFrame, subscribe } from './subscription/subscribe.ts';
import type { EngineTrace } from './trace.ts';
import type { TrafficOptions } from './traffic/policy.ts';
import type { TrafficStatistics } from './traffic/subgraph-traffic.ts';
import { createTraffic } from './traffic/traffic.ts';

/** Where a context value offers to carry a subscription: a request without this slot cannot stream. */
export const subscriptionSlot = Symbol('subscriptionSlot');

export interface SubscriptionSlot {
  planned?: PlannedSubscription;
}

export interface EngineOptions {
  /** The full SDL of the supergraph, as composition gives it. */
  supergraphSdl: string;
  /** Routing URLs that replace those in the SDL, by subgraph name. */
  subgraphUrls?: Record<string, string>;
  /**
   * Subgraphs that live in this process, by name: queries and mutations go to these functions, without headers, HTTP or
   * JSON in between. Their subscriptions go over HTTP.
   */
  localSubgraphs?: Readonly<Record<string, LocalSubgraph>>;
  /** Headers for a subgraph, from the context value of the request; none when omitted. */
  headers?: SubgraphHeaders;
  logger: EngineLogger;
  http?: HttpClientOptions;
  /** Deadlines, retries, limits and circuits, for all subgraphs and for single ones. */
  traffic?: TrafficOptions;
  /** Hears of the answers of subgraphs, so that their headers can be passed on. */
  onSubgraphAnswer?: OnSubgraphAnswer;
  /**
   * The longest that planning one operation may take, in milliseconds; 10 seconds when omitted. What takes longer is
   * refused, and stalls nobody: planning that is not quick happens in a thread.
   */
  planningMs?: number;
  /**
   * Labels of progressive overrides (`@override(from:, label:)`) that are on; `percent(<number>)` decides by itself for each
   * request.
   */
  overrideLabels?: readonly string[];
  /**
   * Called with each version of the supergraph before it serves anything, so that what is derived from the SDL is there
   * when the first request is. Throwing refuses the version.
   */
  onSchema?(schema: { apiSchema: GraphQLSchema; supergraphSdl: string }): void;
  subscriptions?: Partial<UpstreamLimits> & { concurrency?: number };
  /**
   * Compiles what is counted of the data of queries and mutations, e.g. its cost; requests are told by `onMeasured`. Nothing
   * is counted when omitted.
   */
  compileMeasure?: CompileMeasure;
  /**
   * Gives the data of queries and mutations as the text of its JSON: for a server whose `stringifyResult` is
   * `stringifyAnswer`. Objects when omitted.
   */
  rawData?: boolean;
  /** Hears what is planned and fetched for whom; nobody does when omitted. */
  trace?: EngineTrace;
  /** Knows what subgraphs have said of entities, so that they are not asked again; subgraphs are asked for all when omitted. */
  knowEntities?: KnowEntities;
}

export interface EngineSubscribeOptions {
  /** The cursor after which events are wanted; from now on when omitted. */
  after?: string;
  signal: AbortSignal;
  /**
   * The context value of a request, anew for each event and each connection to a subgraph.
   *
   * @param event the `extensions` with which the owning subgraph sent an event; undefined for a connection
   */
  createContext(event?: Record<string, unknown>): Record<string, unknown>;
}

export interface Engine extends GatewayInterface {
  /** What `load` gives Apollo Server, for callers that know an operation already: neither parses nor validates. */
  execute(request: OperationRequest): Promise<GatewayExecutionResult>;
  /**
   * Serves another version of the supergraph from now on; false when it is the one that is served already. Requests and
   * subscriptions that run go on with the version they began with.
   *
   * @throws Error when the SDL cannot be served; the current version stays
   */
  update(supergraphSdl: string): Promise<boolean>;
  /** Runs a subscription that the executor has planned into a slot. */
  subscribe(
    planned: PlannedSubscription,
    options: EngineSubscribeOptions,
  ): AsyncGenerator<SubscriptionFrame, void>;
  /** Asks each subgraph whether it answers: true, or the reason why not. */
  reach(context: Record<string, unknown>): Promise<Record<string, true | string>>;
  /** How the traffic to each subgraph goes, for those that have been asked. */
  traffic(): Record<string, TrafficStatistics>;
}

const upstreamDefaults: UpstreamLimits = {
  backOff: { initialMs: 100, maxMs: 5_000 },
  openingMs: 5_000,
  lostMs: 120_000,
  silenceMs: 45_000,
  maxEventBytes: 8 << 20,
};

const warmUpLimits = { operations: 500, totalMs: 10_000 };

/**
 * The gateway that Apollo Server runs on: ApolloGateway loads each version of the supergraph and its planner plans;
 * execution, the way to the subgraphs and subscriptions are ours.
 */
export function createEngine(options: EngineOptions): Engine {
  const { logger, headers = () => ({}), trace } = options;
  const http = createHttpClient(options.http);
  const traffic = createTraffic(http, { timeoutMs: options.http?.timeoutMs ?? 30_000, ...options.traffic });
  const locals = connectLocalSubgraphs({
    subgraphs: options.localSubgraphs ?? {},
    traffic,
    onAnswer: options.onSubgraphAnswer,
    logger,
    trace,
  });
  const { concurrency = 8, ...limits } = options.subscriptions ?? {};
  const states = new WeakMap<GraphQLSchema, SchemaState>();
  const plans = createPlanCache();
  const listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  let current: SchemaState | undefined;

  async function serve(supergraphSdl: string): Promise<SchemaState> {
    const { subgraphUrls } = options;
    const state = await loadSchemaState(supergraphSdl, {
      trafficTo: traffic.to,
      locals,
      headers,
      onAnswer: options.onSubgraphAnswer,
      logger,
      subgraphUrls,
      rawData: options.rawData ?? false,
      compileMeasure: options.compileMeasure,
      planning: {
        timeoutMs: options.planningMs ?? 10_000,
        plans,
        overrideLabels: new Set(options.overrideLabels),
        trace,
        know: options.knowEntities,
      },
      trace,
    });
    if (current) await warmUp(current.executor, state, warmUpLimits);
    options.onSchema?.({ apiSchema: state.apiSchema, supergraphSdl });
    states.set(state.apiSchema, state);
    current = state;
    for (const listener of listeners) {
      listener({ apiSchema: state.apiSchema, coreSupergraphSdl: supergraphSdl });
    }
    return state;
  }

  async function execute(request: OperationRequest): Promise<GatewayExecutionResult> {
    // By the schema that the request was validated against: an update in between must not change it under way.
    const state = states.get(request.schema) ?? current!;
    if (!request.operation) return { errors: [unknownOperation(request.request.operationName)] };
    if (request.operation.operation !== 'subscription') {
      const parts = request.context[partsSlot as unknown as string] as PartsSlot | undefined;
      return (parts && (await state.executeInParts(request, parts))) ?? state.executor.execute(request);
    }

    const slot = request.context[subscriptionSlot as unknown as string] as SubscriptionSlot | undefined;
    if (!slot) return { errors: [streamRequired()] };
    const variables = request.request.variables ?? {};
    const operation = readOperation(request.document, request.operation, state.planning.overridesOf);
    const { errors, coerced } = compileVariables(request.schema, operation)(variables);
    if (errors) return { errors };
    const { queryHash, withheld } = request;
    slot.planned = await planSubscription(state, queryHash, operation, variables, coerced, withheld);
    return { data: null };
  }

  return {
    execute,
    onSchemaLoadOrUpdate(callback) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    async load() {
      await serve(options.supergraphSdl);
      return { executor: execute };
    },
    async update(supergraphSdl) {
      if (supergraphSdl === current?.supergraphSdl) return false;
      await serve(supergraphSdl);
      return true;
    },
    subscribe(planned, { after, signal, createContext }) {
      return subscribe({
        http,
        headers,
        planned,
        after,
        signal,
        createContext,
        trace,
        concurrency,
        limits: { ...upstreamDefaults, ...limits },
        onReconnect(attempt, error) {
          // Once per loss: what is tried again and again would fill the log.
          const level = attempt === 0 ? 'warn' : 'debug';
          logger[level](
            `lost the stream from ${planned.primary.serviceName}, opening another: ${String(error)}`,
          );
        },
      });
    },
    async reach(context) {
      const names = Object.entries(current?.urls ?? {});
      const answers = await Promise.all(names.map(([name, url]) => ping(name, url, context)));
      return Object.fromEntries(names.map(([name], index) => [name, answers[index]!]));
    },
    traffic: traffic.statistics,
    async stop() {
      current?.planning.close();
      await http.close();
    },
  };

  async function ping(name: string, url: string, context: Record<string, unknown>): Promise<true | string> {
    const local = locals.get(name);
    if (local) return local.reach(context);
    try {
      const given = await headers(context);
      const answer = await http.post(
        url,
        new RequestHeaders({ ...given, 'content-type': 'application/json' }),
        '{"query":"{__typename}"}',
        2_000,
      );
      return answer.status < 500 ? true : `answers ${answer.status}`;
    } catch (error) {
      return error instanceof Error ? error.message || error.name : String(error);
    }
  }
}

function streamRequired() {
  const error = codedError(
    'A subscription needs a stream: send Accept: text/event-stream, or multipart/mixed;subscriptionSpec=1.0.',
    { code: 'SUBSCRIPTION_TRANSPORT_REQUIRED' },
  );
  // Apollo Server takes the status of the response from here and removes it from what the client sees.
  error.extensions.http = { status: 406 };
  return error;
}

/** Apollo Server gives it its code and status. */
function unknownOperation(name: string | undefined): GraphQLError {
  return new GraphQLError(
    name
      ? `The document has no operation named ${name}.`
      : 'The document has several operations: operationName must say which one is meant.',
  );
}

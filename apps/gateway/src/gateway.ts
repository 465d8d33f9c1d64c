import { createHash } from 'node:crypto';
import cors from '@fastify/cors';
import { createEngine, type OnSubgraphAnswer } from '@kronos/engine';
import { compileMeasure, readAccessRules, readCosts } from '@kronos/operations';
import { createApp, type Logger, StartError } from '@kronos/service';
import { tracing } from '@kronos/telemetry';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Registry } from 'prom-client';
import { type CoLocatedSubgraph, toLocalSubgraphs } from './access/co-located.ts';
import { createIdentity } from './access/identity.ts';
import { createAccessPolicies } from './access/policies.ts';
import { createSubgraphHeaders } from './access/subgraph-headers.ts';
import { createPolicyWatch } from './access/watch-policies.ts';
import { createAdmission } from './admission/admission.ts';
import { executeAdmitted } from './admission/execute-admitted.ts';
import { createInspector, type GraphRules } from './admission/inspect-operation.ts';
import { readCacheHints } from './caching/cache-hints.ts';
import { openCachedAnswers } from './caching/open-cached-answers.ts';
import { ownContext } from './context.ts';
import type { GatewayEnvironment } from './environment.ts';
import { useHttpStatus } from './errors/http-status.ts';
import { createGraphqlServer, quietly } from './graphql-server.ts';
import { collectAnswerHeaders, createAnswerHeaders } from './headers/answer-headers.ts';
import { allowedHosts, refuseForeignHosts } from './http/allowed-hosts.ts';
import { graphqlRoute } from './http/graphql-route.ts';
import { mayReadMetrics } from './http/may-read-metrics.ts';
import { atMostEverySecond } from './http/readiness.ts';
import { trackRequests } from './http/track-requests.ts';
import { createKnownOperations } from './known/known-operations.ts';
import { createLimitMetrics } from './limits/metrics.ts';
import { refuseUnwieldy } from './limits/refuse-unwieldy.ts';
import { createGroups } from './live/groups.ts';
import { createLiveMetrics } from './live/metrics.ts';
import { createScopeFinder } from './live/operation-scope.ts';
import { readSharedScopes, type SharedScopes } from './live/shared-scopes.ts';
import { createMetrics } from './metrics.ts';
import { oauthRoutes } from './oauth/oauth-routes.ts';
import { openRedis } from './open-redis.ts';
import { explorerPage } from './pages/explorer.ts';
import { landingPage } from './pages/landing.ts';
import { openAccounts } from './quotas/open-accounts.ts';
import { payForReading } from './quotas/pay-for-reading.ts';
import { rateLimitHeaders } from './quotas/rate-limit-headers.ts';
import { incompleteHeader } from './routes/read-result.ts';
import { restRoutes } from './routes/rest-routes.ts';
import { openEdgeRules } from './rules/edge-rules.ts';
import { clientKeyHeader, createIdentifyClient } from './rules/identify-client.ts';
import { createClientWatch } from './rules/watch-clients.ts';
import { createFlights } from './sharing/flights.ts';
import { createQueries } from './sharing/queries.ts';
import { createSingleConnections } from './single/single-connections.ts';
import { createStoredOperations } from './stored/stored-operations.ts';
import { createSafelistWatch } from './stored/watch-safelist.ts';
import { useGetOperations } from './stream/get-operation.ts';
import { createStreams } from './stream/streams.ts';
import { createSubscriptions } from './stream/subscriptions.ts';
import { createViewers } from './stream/viewers.ts';
import { followSupergraph } from './supergraph/follow-supergraph.ts';
import { readSupergraph } from './supergraph/read-supergraph.ts';
import { followClients } from './telemetry/client-headers.ts';
import { createEngineTrace } from './telemetry/engine-trace.ts';
import { logFailures } from './telemetry/log-failures.ts';
import { traceOperations } from './telemetry/trace-operations.ts';
import { readTraffic } from './traffic/environment.ts';
import { reportTraffic } from './traffic/metrics.ts';

/** How long streams, and then running requests, may take to end when the gateway stops. */
const drainMs = 5_000;
/** How long a client may leave its answer, or a part of a stream, untaken. */
const stillMs = 120_000;

/** A gateway that has loaded its supergraph and does not listen yet. */
export interface Gateway {
  app: FastifyInstance;
  /** Ends streams so that their clients come back, finishes running requests, closes every connection. */
  close(): Promise<void>;
}

/**
 * Builds the gateway. What a request passes, in this order:
 *
 *  1. createApp: request id, span, security headers, body limit, errors in the coded shape; refuseForeignHosts: by which name
 *  2. cors: which pages may read answers
 *  3. authenticate, identifyClient: the access token, or anonymous; the key of the client application, or none
 *  4. readGetOperation, refuseConditionalSubscription, readCursor: what a stream needs beside
 *  5. flights: an identical query that is under way answers this one, too
 *  6. refuseUnwieldy: documents whose validation would take too long; Apollo Server: CSRF prevention, persisted operations,
 *     parsing (tokens), validation (depth, aliases, directives …); answerKnown leaves that out for an operation that has passed
 *     it before
 *  7. admission: what of it the caller may see, what it sends and asks for, what it costs, what the caller has to spend
 *  8. cachedAnswers: what is in the cache is not executed, what a mutation has changed is invalidated before its answer;
 *     engine: plan, fetch from the subgraphs with the internal token and within their limits, merge, measure
 *  9. formatError, useHttpStatus: errors as clients get them, and the status they deserve
 * 10. answerHeaders: what subgraphs' headers come to
 * 11. groups: those for whom the same is true share one upstream, one execution and one buffer
 * 12. streams: heartbeats, cursors, slow clients, the end of the token, of the session, of a right
 * 13. answerInParts: what is deferred, after the first part
 * 14. oauthRoutes: what is passed on to the OAuth provider
 * 15. restRoutes: whatever nothing else answers, by a stored operation that passes 5 to 10
 *
 * @param subgraphs those that live in this process and are called directly; their subscriptions go over HTTP
 * @throws StartError when the supergraph or a key cannot be used
 */
export async function createGateway(
  environment: GatewayEnvironment,
  logger: Logger,
  subgraphs: readonly CoLocatedSubgraph[] = [],
): Promise<Gateway> {
  const metrics = new Registry();
  const identity = await createIdentity(environment, logger, metrics);
  const redis = environment.REDIS_URL ? await openRedis(environment.REDIS_URL, logger) : undefined;
  const edgeRules = await openEdgeRules({
    environment,
    identity,
    log: identity.log,
    redis,
    logger,
    metrics,
  });
  const accounts = await openAccounts({ environment, rules: () => edgeRules.current.rules, logger, metrics });
  const stored = createStoredOperations({ environment, rules: edgeRules, redis, logger });
  const policies = createAccessPolicies(edgeRules, environment.KRONOS_POLICIES);
  const graphs = new WeakMap<GraphQLSchema, GraphRules & { shared: SharedScopes; version: string }>();
  const inspect = createInspector({
    rulesOf: (schema) => graphs.get(schema)!,
    policies,
    mode: environment.KRONOS_UNAUTHORIZED,
    assumedListSize: environment.KRONOS_LIST_SIZE_ASSUMED,
  });
  const limitMetrics = createLimitMetrics(metrics);
  const admission = createAdmission({
    inspect,
    limits: {
      listInput: environment.KRONOS_MAX_LIST_INPUT,
      inputDepth: environment.KRONOS_MAX_INPUT_DEPTH,
      listSize: environment.KRONOS_MAX_LIST_SIZE,
      cost: environment.KRONOS_MAX_COST,
    },
    metrics: limitMetrics,
  });
  const answerHeaders = createAnswerHeaders(
    [
      ...environment.KRONOS_FORWARD_HEADERS,
      // Subgraphs are told whose key it is.
      ...(environment.KRONOS_EDGE_RULES_URL ? [clientKeyHeader] : []),
    ],
    environment.KRONOS_CACHE_DOWNSTREAM,
  );
  let schema: GraphQLSchema | undefined;
  const operations = createKnownOperations(() => schema);
  const flights = createFlights();
  const queries = createQueries();
  const cachedAnswers = await openCachedAnswers(environment, {
    policyOf: (operation) => inspect(operation).caching,
    graphOf(schema) {
      const graph = graphs.get(schema);
      return graph && graph.hints.size > 0 ? graph : undefined;
    },
    // Whoever asks from now on is not told what somebody else has asked for before.
    onChanged: () => flights.seal(),
    logger,
    metrics,
  });
  const location = environment.KRONOS_SUPERGRAPH;
  const found = (await readSupergraph(location))!;

  const engine = createEngine({
    supergraphSdl: found.sdl,
    subgraphUrls: environment.subgraphUrls,
    localSubgraphs: toLocalSubgraphs(subgraphs),
    headers: createSubgraphHeaders(identity.mint),
    logger: quietly(logger),
    rawData: true,
    compileMeasure: (options) => compileMeasure(graphs.get(options.schema)!.costs, options),
    traffic: readTraffic(environment),
    planningMs: environment.KRONOS_PLANNING_TIMEOUT_MS,
    overrideLabels: environment.KRONOS_OVERRIDE_LABELS,
    onSubgraphAnswer: hearBoth(
      collectAnswerHeaders(environment.KRONOS_RESPONSE_HEADERS),
      cachedAnswers?.onSubgraphAnswer,
    ),
    trace: tracing && createEngineTrace(tracing),
    knowEntities: cachedAnswers?.knowEntities,
    onSchema: ({ apiSchema, supergraphSdl }) => {
      flights.seal();
      schema = apiSchema;
      const graph = {
        access: readAccessRules(supergraphSdl),
        costs: readCosts(supergraphSdl),
        shared: readSharedScopes(supergraphSdl),
        hints: readCacheHints(supergraphSdl),
        version: createHash('sha256').update(supergraphSdl).digest('base64url'),
      };
      graphs.set(apiSchema, graph);
      if (graph.access.size > 0 && !environment.KRONOS_JWKS_URL) {
        logger.warn('The graph has fields for known callers, and without KRONOS_JWKS_URL there are none.');
      }
    },
  });
  const liveMetrics = createLiveMetrics(metrics);
  const groups = createGroups({
    engine,
    sharedScopeOf: createScopeFinder(
      (schema) => ({ schema, rules: graphs.get(schema)!.access, shared: graphs.get(schema)!.shared }),
      identity.mint === undefined,
    ),
    logger,
    metrics: liveMetrics,
  });
  const viewers = createViewers(identity.revocations, identity.rightsChanges);
  const streams = createStreams({
    subscriptions: createSubscriptions({
      groups,
      viewers,
      clients: createClientWatch(edgeRules),
      policies: createPolicyWatch(policies, inspect),
      safelist: createSafelistWatch(edgeRules, stored.safelist),
      metrics: liveMetrics,
    }),
    limits: {
      total: environment.KRONOS_MAX_STREAMS,
      perCaller: environment.KRONOS_MAX_STREAMS_PER_CALLER,
      perAddress: environment.KRONOS_MAX_STREAMS_PER_ADDRESS,
    },
    heartbeatMs: environment.KRONOS_STREAM_HEARTBEAT_MS,
  });
  const singleConnections = createSingleConnections(streams);
  const counted = createMetrics(metrics, () => streams.open);
  const admitted = executeAdmitted({
    engine: cachedAnswers?.over(engine) ?? engine,
    saysCost: environment.KRONOS_COST_EXTENSION,
    metrics: limitMetrics,
  });
  const server = createGraphqlServer(
    admitted,
    environment,
    logger,
    [
      ...(tracing ? [traceOperations()] : []),
      logFailures(),
      counted.usePlugin(),
      limitMetrics.usePlugin(),
      stored.usePlugin(),
      useGetOperations(),
      queries.usePlugin(),
      admission.usePlugin(),
      operations.usePlugin(),
      useHttpStatus(),
      answerHeaders.usePlugin(),
    ],
    stored.persistedQueries,
  );
  reportTraffic(metrics, engine.traffic, () => flights.shared);
  await server.start().catch((error: Error) => {
    throw new StartError(`The supergraph ${location} cannot be served: ${error.message}`);
  });
  const following = followSupergraph({
    location,
    found,
    pollSeconds: environment.KRONOS_SUPERGRAPH_POLL_SECONDS,
    logger,
    async update(sdl) {
      const outcome = engine.update(sdl);
      await outcome.then(
        () => counted.supergraphUpdates.inc({ outcome: 'served' }),
        () => counted.supergraphUpdates.inc({ outcome: 'refused' }),
      );
      await outcome;
    },
  });

  const app = createApp({
    logger,
    metrics,
    traces: { service: 'gateway' },
    bodyLimitBytes: environment.KRONOS_MAX_BODY_BYTES,
    arrivalMs: environment.KRONOS_REQUEST_ARRIVAL_MS,
    // Longer than anything is waited for: an answer, or a heartbeat.
    stillMs: stillMs + environment.KRONOS_SUBGRAPH_TIMEOUT_MS + environment.KRONOS_STREAM_HEARTBEAT_MS,
    trustProxy: environment.trustProxy,
    mayReadMetrics: mayReadMetrics(identity.authenticate),
    readiness: atMostEverySecond(async () => ({
      supergraph: true,
      ...(await identity.readiness()),
      ...edgeRules.readiness(),
      ...(await engine.reach({ ...ownContext(identity.self) })),
    })),
  });
  refuseForeignHosts(app, allowedHosts(environment));
  followClients(app, metrics);
  app.removeContentTypeParser('text/plain');
  await app.register(cors, {
    origin: environment.corsOrigins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    strictPreflight: false,
    exposedHeaders: [
      'x-request-id',
      'x-client-version',
      'retry-after',
      'age',
      'cache-status',
      incompleteHeader,
      ...rateLimitHeaders,
    ],
    maxAge: 600,
  });
  const requests = trackRequests(app);
  await app.register(async (routes) => {
    const unwieldy = {
      tokens: environment.KRONOS_MAX_TOKENS,
      nesting: environment.KRONOS_MAX_NESTING,
      comparisons: environment.KRONOS_MAX_COMPARISONS,
    };
    const answering = {
      server: payForReading(stored.guard(refuseUnwieldy(server, unwieldy, limitMetrics))),
      accounts,
      authenticate: identity.authenticate,
      identifyClient: createIdentifyClient(edgeRules),
      streams,
      singleConnections,
      flights,
      queries,
      isSharing: environment.KRONOS_SHARE_QUERIES,
      forwardHeaders: environment.KRONOS_FORWARD_HEADERS,
      maxBodyBytes: environment.KRONOS_MAX_BODY_BYTES,
      limitMetrics,
      maxTokens: environment.KRONOS_MAX_TOKENS,
      known: { engine: admitted, operations, admission, answerHeaders, stored, metrics: counted },
    };
    graphqlRoute(routes, answering);
    await restRoutes(routes, {
      ...answering,
      rules: edgeRules,
      schema: () => schema,
      access: { rulesOf: (version) => graphs.get(version)!.access, mode: environment.KRONOS_UNAUTHORIZED },
      logger,
      metrics,
    });
    landingPage(routes, environment);
    // Without introspection an explorer has nothing to show.
    if (!environment.isProduction) await explorerPage(routes);
  });
  const { KRONOS_OAUTH_URL: providerUrl } = environment;
  const { mint, self } = identity;
  if (providerUrl && mint) {
    const timeoutMs = environment.KRONOS_SUBGRAPH_TIMEOUT_MS;
    await app.register((routes) => oauthRoutes(routes, { providerUrl, mint, self, accounts, timeoutMs }));
  }

  return {
    app,
    async close() {
      following.close();
      app.server.close();
      await streams.drain(drainMs);
      singleConnections.close();
      await requests.settled(drainMs);
      await app.close();
      await server.stop();
      edgeRules.close();
      await accounts?.close();
      await stored.close();
      await cachedAnswers?.close();
      redis?.disconnect();
      await identity.close();
    },
  };
}

/** Has both hear of subgraphs' answers, when there are two. */
function hearBoth(one: OnSubgraphAnswer | undefined, other: OnSubgraphAnswer | undefined) {
  if (!one || !other) return one ?? other;
  const both: OnSubgraphAnswer = (...answer) => {
    one(...answer);
    other(...answer);
  };
  return both;
}

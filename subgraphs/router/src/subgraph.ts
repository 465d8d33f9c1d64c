import { PrismaClient } from '@kronos/prisma-router';
import { createRedisQuotas } from '@kronos/quotas/redis';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { addEdgeRulesRoute } from './edge-rules-route.ts';
import { environmentShape } from './environment.ts';
import { createPlanner } from './explain/planner.ts';
import { configuredSubgraphs } from './health/configured-subgraphs.ts';
import { watchHealth } from './health/watch-health.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';
import { announceGraph } from './supergraph/announce-graph.ts';
import { holdGraph } from './supergraph/hold-graph.ts';
import { collectUsage } from './usage/collect-usage.ts';

/** Builds the router subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const configured = configuredSubgraphs(environment);
  const {
    ROUTER_DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...settings
  } = parseEnvironment(environmentShape, environment);
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const domain = openDomain({
    name: 'router',
    logLevel: settings.LOG_LEVEL,
    database: db,
    databaseUrl,
    redisUrl,
    personalData,
  });
  const { log, logger } = domain;
  const graph = await holdGraph({
    location: settings.KRONOS_SUPERGRAPH,
    pollSeconds: settings.KRONOS_SUPERGRAPH_POLL_SECONDS,
    logger,
  });
  const planner = createPlanner(settings.KRONOS_PLANNING_TIMEOUT_MS);
  const quotas = createRedisQuotas({ redisUrl });
  const explain = {
    limits: {
      tokens: settings.KRONOS_MAX_TOKENS,
      depth: settings.KRONOS_MAX_DEPTH,
      aliases: settings.KRONOS_MAX_ALIASES,
      rootFields: settings.KRONOS_MAX_ROOT_FIELDS,
      directives: settings.KRONOS_MAX_DIRECTIVES,
      comparisons: settings.KRONOS_MAX_COMPARISONS,
    },
    assumedListSize: settings.KRONOS_LIST_SIZE_ASSUMED,
  };
  const dependencies = { db, log, graph, explain, planner, quotas };
  const workers = [
    announceGraph(db, graph, logger),
    watchHealth({
      db,
      configured,
      intervalMs: settings.ROUTER_PROBE_INTERVAL_MS,
      timeoutMs: settings.ROUTER_PROBE_TIMEOUT_MS,
      logger,
    }),
    collectUsage({ db, redisUrl, intervalMs: settings.ROUTER_USAGE_INTERVAL_MS, logger }),
  ];

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(dependencies, request),
    routes: (app, tools) => addEdgeRulesRoute(app, tools, db),
    async close() {
      graph.close();
      planner.close();
      await Promise.all([...workers.map((end) => end()), quotas.close()]);
      await domain.close();
    },
  });
}

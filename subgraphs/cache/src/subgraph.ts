import { createCache, openCacheRedis } from '@kronos/cache';
import { PrismaClient } from '@kronos/prisma-cache';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { onEvents } from './on-events.ts';
import { personalData } from './personal-data.ts';
import { keepPolicies } from './policies.ts';
import { resolvers } from './resolvers.ts';

/** Builds the cache subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { CACHE_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  // The cache needs a logger before the domain is there: its handlers are the domain's consumers.
  const quiet = { debug() {}, info() {}, warn() {} };
  const redis = openCacheRedis(settings.KRONOS_CACHE_REDIS_URL ?? redisUrl, quiet);
  const cache = createCache({ redis, logger: quiet, timeoutMs: 1_000 });
  const domain = openDomain({
    ...{ name: 'cache', logLevel, database: db, databaseUrl, redisUrl, personalData },
    consumers: onEvents(cache),
    // What happens here for events says nothing of people that is kept.
    writesOfPeople: [],
  });
  const policies = keepPolicies({ db, redis, cache, logger: domain.logger });
  const dependencies = {
    db,
    log: domain.log,
    redis,
    cache,
    policies,
    gatewayUrl: settings.KRONOS_GATEWAY_URL,
  };

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(dependencies, request),
    async close() {
      await domain.close();
      await policies.close();
      await cache.close();
      redis.disconnect();
    },
  });
}

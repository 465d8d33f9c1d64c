import { PrismaClient } from '@kronos/prisma-cache';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';

/** Builds the cache subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { CACHE_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const domain = openDomain({ name: 'cache', logLevel, database: db, databaseUrl, redisUrl, personalData });

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log }, request),
  });
}

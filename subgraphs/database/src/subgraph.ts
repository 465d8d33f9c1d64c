import { PrismaClient } from '@kronos/prisma-database';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { openDatabases } from './databases.ts';
import { environmentShape } from './environment.ts';
import { openLeases } from './leases/leases.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';

/** Builds the database subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { DATABASE_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const domain = openDomain({
    name: 'database',
    logLevel,
    database: db,
    databaseUrl,
    redisUrl,
    personalData,
  });
  const { logger } = domain;
  const databases = openDatabases(environment, settings, logger);
  const leases = openLeases({
    ...{ db, databases, logger, patienceMs: settings.KRONOS_LEASE_WAIT_MS },
    limits: {
      all: settings.KRONOS_LEASES_MAX,
      perService: settings.KRONOS_LEASES_PER_SERVICE,
      seconds: settings.KRONOS_LEASE_SECONDS,
    },
  });

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log, databases, leases }, request),
    async close() {
      await leases.close();
      await databases.close();
      await domain.close();
    },
  });
}

import { PrismaClient } from '@kronos/prisma-projects';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { onUsers } from './on-users.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';

/** Builds the projects subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { PROJECTS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const domain = openDomain({
    name: 'projects',
    logLevel,
    database: db,
    databaseUrl,
    redisUrl,
    personalData,
    consumers: { users: onUsers },
  });

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log }, request),
  });
}

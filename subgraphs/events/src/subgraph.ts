import type { PrismaClient } from '@kronos/prisma-events';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { createDatabase } from './database.ts';
import { environmentShape } from './environment.ts';
import { onUsers } from './on-users.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';

/**
 * Builds the events subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come.
 *
 * @param givenDatabase a client to use in place of an own one, such as a test's that counts queries; closed with the subgraph
 * @throws EnvironmentError with every variable that is wrong
 */
export async function createSubgraph(
  environment: NodeJS.ProcessEnv,
  givenDatabase?: PrismaClient,
): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { EVENTS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = givenDatabase ?? createDatabase(databaseUrl);
  const domain = openDomain({
    ...{ name: 'events', logLevel, database: db, databaseUrl, redisUrl, personalData },
    consumers: { users: onUsers },
  });

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log }, request),
  });
}

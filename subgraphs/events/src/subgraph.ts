import { createEventLog, createRelay } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-events';
import { createLogger, parseEnvironment } from '@kronos/service';
import { defineSubgraph, type Subgraph } from '@kronos/subgraph';
import { Registry } from 'prom-client';
import { createContext } from './context.ts';
import { createDatabase } from './database.ts';
import { environmentShape } from './environment.ts';
import { readiness } from './readiness.ts';
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
  const { EVENTS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = settings;
  const logger = createLogger({ name: 'events', level: settings.LOG_LEVEL });
  const metrics = new Registry();
  const db = givenDatabase ?? createDatabase(databaseUrl);
  const log = createEventLog({ redisUrl, logger, metrics });
  const relay = createRelay({ domain: 'events', databaseUrl, redisUrl, logger, metrics });
  relay.start();

  return defineSubgraph({
    name: 'events',
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log }, request),
    readiness: () => readiness({ db, log }),
    async close() {
      await relay.close();
      await Promise.all([log.close(), db.$disconnect()]);
    },
    logger,
    metrics,
  });
}

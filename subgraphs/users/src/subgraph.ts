import { createConsumer, createEventLog, createRelay } from '@kronos/events';
import { PrismaClient } from '@kronos/prisma-users';
import { createLogger } from '@kronos/service';
import { defineSubgraph, type Subgraph } from '@kronos/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { Registry } from 'prom-client';
import { catchUpWith } from './catch-up.ts';
import { createContext } from './context.ts';
import { parseUsersEnvironment } from './environment.ts';
import { onAuth } from './on-auth.ts';
import { resolvers } from './resolvers.ts';

/** Builds the users subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseUsersEnvironment(environment);
  const { USERS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = settings;
  const logger = createLogger({ name: 'users', level: settings.LOG_LEVEL });
  const metrics = new Registry();

  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 5 }) });
  const log = createEventLog({ redisUrl, logger, metrics });
  const relay = createRelay({ domain: 'users', databaseUrl, redisUrl, logger, metrics });
  const signUps = createConsumer({
    name: 'users',
    domain: 'auth',
    database: db,
    log,
    handlers: onAuth,
    logger,
    metrics,
  });
  relay.start();
  signUps.start();

  const dependencies = { db, log, catchUp: catchUpWith(signUps) };
  return defineSubgraph({
    name: 'users',
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(dependencies, request),
    readiness: async () => ({ database: await readiness(db) }),
    async close() {
      // Together: what waits for the log, while Redis is away, is let go by the end of the log.
      await Promise.all([signUps.close(), relay.close(), log.close()]);
      await db.$disconnect();
    },
    logger,
    metrics,
  });
}

async function readiness(db: PrismaClient): Promise<true | string> {
  try {
    await db.$queryRaw`SELECT 1`;
    return true;
  } catch {
    return 'PostgreSQL is away';
  }
}

import { createConsumer, createEventLog, createRelay } from '@kronos/events';
import { PrismaClient } from '@kronos/prisma-notifications';
import { createLogger } from '@kronos/service';
import { defineSubgraph, type Subgraph } from '@kronos/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { Registry } from 'prom-client';
import { createContext } from './context.ts';
import { parseNotificationsEnvironment } from './environment.ts';
import { onAuth } from './on-auth.ts';
import { onEvents } from './on-events.ts';
import { resolvers } from './resolvers.ts';

/** An event with very many attendees is told to all of them in one transaction. */
const transactionTimeoutMs = 60_000;

/** Builds the notifications subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseNotificationsEnvironment(environment);
  const { NOTIFICATIONS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl } = settings;
  const logger = createLogger({ name: 'notifications', level: settings.LOG_LEVEL });
  const metrics = new Registry();

  const db = new PrismaClient({
    adapter: new PrismaPg({ connectionString: databaseUrl, max: 5 }),
    transactionOptions: { timeout: transactionTimeoutMs },
  });
  const log = createEventLog({ redisUrl, logger, metrics });
  const relay = createRelay({ domain: 'notifications', databaseUrl, redisUrl, logger, metrics });
  const shared = { name: 'notifications', database: db, log, logger, metrics };
  const consumers = [
    createConsumer({ ...shared, domain: 'auth', handlers: onAuth }),
    createConsumer({ ...shared, domain: 'events', handlers: onEvents }),
  ];
  relay.start();
  for (const consumer of consumers) consumer.start();

  return defineSubgraph({
    name: 'notifications',
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log }, request),
    readiness: async () => ({ database: await readiness(db) }),
    async close() {
      // Together: what waits for the log, while Redis is away, is let go by the end of the log.
      await Promise.all([...consumers.map((consumer) => consumer.close()), relay.close(), log.close()]);
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

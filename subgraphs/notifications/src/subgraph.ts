import { PrismaClient } from '@kronos/prisma-notifications';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openSealedDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { onAuth } from './on-auth.ts';
import { onEvents } from './on-events.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';
import { sealedFields } from './sealed-fields.ts';

/** An event with very many attendees is told to all of them in one transaction. */
const transactionTimeoutMs = 60_000;

/** Builds the notifications subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { NOTIFICATIONS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const { domain, database: db } = openSealedDomain({
    name: 'notifications',
    logLevel,
    client: new PrismaClient({
      adapter: domainAdapter(databaseUrl),
      transactionOptions: { timeout: transactionTimeoutMs },
    }),
    sealedFields,
    masterKeys: settings,
    databaseUrl,
    redisUrl,
    personalData,
    consumers: { auth: onAuth, events: onEvents },
  });

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log }, request),
  });
}

import { PrismaClient } from '@kronos/prisma-users';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createAnnouncer } from './announcer.ts';
import { catchUpWith } from './catch-up.ts';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { onAuth } from './on-auth.ts';
import { resolvers } from './resolvers.ts';

/** Builds the users subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { USERS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const domain = openDomain({
    name: 'users',
    logLevel,
    database: db,
    databaseUrl,
    redisUrl,
    consumers: { auth: onAuth },
  });
  const announcer = createAnnouncer(db, domain.logger);
  const dependencies = {
    db,
    log: domain.log,
    catchUp: catchUpWith(domain.consumers.auth),
    announceSoon: announcer.soon,
  };

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(dependencies, request),
    async close() {
      await announcer.close();
      await domain.close();
    },
  });
}

import type { Handlers } from '@kronos/events';
import { type Prisma, PrismaClient } from '@kronos/prisma-projects';
import { parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { createContext } from './context.ts';
import { environmentShape } from './environment.ts';
import { onUsers } from './on-users.ts';
import { watchOverdue } from './overdue.ts';
import { personalData } from './personal-data.ts';
import { resolvers } from './resolvers.ts';
import { createSimilarity } from './similarity.ts';
import { openVectorStore } from './vector-store.ts';

/** Builds the projects subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { PROJECTS_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const vectorsUrl = settings.VECTOR_DB_URL;
  const similarity = vectorsUrl ? createSimilarity(db, openVectorStore(vectorsUrl)) : null;
  const consumers: Record<string, Handlers<Prisma.TransactionClient>> = {
    users: onUsers,
    ...(similarity && { projects: similarity.handlers }),
  };
  const domain = openDomain({
    ...{ name: 'projects', logLevel, database: db, databaseUrl, redisUrl, personalData },
    consumers,
    writesOfPeople: [],
  });
  const stopWatching = watchOverdue(db, domain.logger);

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext({ db, log: domain.log, similarity }, request),
    async close() {
      await stopWatching();
      await domain.close();
      await similarity?.close();
    },
  });
}

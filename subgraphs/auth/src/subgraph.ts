import { createEventLog, createRelay } from '@kronos/events';
import { PrismaClient } from '@kronos/prisma-auth';
import { createLogger, parseEnvironment } from '@kronos/service';
import { defineSubgraph, type Subgraph } from '@kronos/subgraph';
import { PrismaPg } from '@prisma/adapter-pg';
import { Registry } from 'prom-client';
import { createAccessChanges } from './access-changes.ts';
import { createAccessTokens } from './access-token.ts';
import { createContext, type Services } from './context.ts';
import { environmentShape } from './environment.ts';
import { startHousekeeping } from './housekeeping.ts';
import { addJwksRoute } from './jwks-route.ts';
import { createPasswords } from './passwords.ts';
import { resolvers } from './resolvers.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createThrottle } from './throttle.ts';

/** Builds the auth subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const {
    AUTH_DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    ...settings
  } = parseEnvironment(environmentShape, environment);
  const logger = createLogger({ name: 'auth', level: settings.LOG_LEVEL });
  const metrics = new Registry();
  const database = new PrismaClient({
    adapter: new PrismaPg({ connectionString: databaseUrl, max: 5 }),
    // Under a rush of sign-ups waiting for a connection is better than failing.
    transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  });
  const log = createEventLog({ redisUrl, logger, metrics });
  const relay = createRelay({ domain: 'auth', databaseUrl, redisUrl, logger, metrics });
  const accessChanges = createAccessChanges({ database, log, logger, metrics });
  const signingKeys = createSigningKeys(database);
  const throttle = createThrottle({ redisUrl, signUpsPerHour: settings.AUTH_SIGN_UPS_PER_HOUR, logger });
  const services: Services = {
    database,
    log,
    relay,
    accessChanges,
    signingKeys,
    throttle,
    accessTokens: createAccessTokens({ signingKeys, issuer: settings.KRONOS_TOKEN_ISSUER }),
    passwords: await createPasswords(metrics),
  };
  relay.start();
  accessChanges.start();
  const stopHousekeeping = startHousekeeping(database, logger);

  return defineSubgraph({
    name: 'auth',
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) => createContext(services, request),
    readiness: async () => ({ database: await databaseReadiness(database), redis: throttle.readiness() }),
    routes: (app) => addJwksRoute(app, signingKeys, logger),
    async close() {
      stopHousekeeping();
      await accessChanges.close();
      await relay.close();
      await Promise.all([log.close(), throttle.close(), database.$disconnect()]);
    },
    logger,
    metrics,
  });
}

async function databaseReadiness(database: PrismaClient): Promise<true | string> {
  try {
    await database.$queryRaw`SELECT 1`;
    return true;
  } catch (error) {
    // Prisma's last line is the reason; those before it quote the call.
    return `PostgreSQL is away: ${String(error).trim().split('\n').at(-1)}`;
  }
}

import { noteErasedPerson, openBackupStorage } from '@kronos/backup';
import { type Prisma, PrismaClient } from '@kronos/prisma-database';
import { openMasterKeys } from '@kronos/sealing';
import { createLogger, directUrl, parseEnvironment } from '@kronos/service';
import { defineSubgraph, domainAdapter, openDomain, type Subgraph } from '@kronos/subgraph';
import { openBackupJobs } from './backups/backup-jobs.ts';
import { scheduleOf } from './backups/backup-settings.ts';
import { createContext } from './context.ts';
import { openData } from './data/open-data.ts';
import { domainTag } from './data/tags.ts';
import { openDatabases } from './databases.ts';
import { domainDatabases } from './domain-databases.ts';
import { environmentShape } from './environment.ts';
import { openLeases } from './leases/leases.ts';
import { createBackground } from './migrations/background.ts';
import { personalData } from './personal-data.ts';
import { openRedisPool } from './redis-pool.ts';
import { resolvers } from './resolvers.ts';
import { healthAnswer } from './targets/database-health.ts';
import { createObservatory } from './targets/observatory.ts';
import { measurePools } from './targets/pool-metrics.ts';
import { openTargets } from './targets/targets.ts';
import { watchTargets } from './targets/watch-targets.ts';
import { openTransactions } from './transactions/open-transactions.ts';

/** Builds the database subgraph. It needs neither PostgreSQL nor Redis to begin with, and finds them when they come. */
export async function createSubgraph(environment: NodeJS.ProcessEnv): Promise<Subgraph> {
  const settings = parseEnvironment(environmentShape, environment);
  const { DATABASE_DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, LOG_LEVEL: logLevel } = settings;
  const masterKeys = openMasterKeys(settings);
  const storage = await openBackupStorage(settings);
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const data = openData<Prisma.TransactionClient>(domainDatabases(environment), {
    redisUrl,
    statementTimeoutMs: settings.DATA_STATEMENT_TIMEOUT_MS,
    logger: createLogger({ name: 'database', level: logLevel }),
  });
  const domain = openDomain({
    name: 'database',
    logLevel,
    database: db,
    databaseUrl,
    redisUrl,
    personalData,
    consumers: data.handlers,
    writesOfPeople: [],
    // Before the erasure is complete, no backup brings anything sealed of them back.
    beforeErasure: (userId) => noteErasedPerson(storage, userId),
  });
  const { logger } = domain;
  const databases = openDatabases(environment, settings, logger);
  const leases = openLeases({
    ...{ db, databases, logger, patienceMs: settings.KRONOS_LEASE_WAIT_MS },
    onWritten: (written) => data.cache.invalidate({ tags: [domainTag(written)] }),
    limits: {
      all: settings.KRONOS_LEASES_MAX,
      perService: settings.KRONOS_LEASES_PER_SERVICE,
      seconds: settings.KRONOS_LEASE_SECONDS,
    },
  });
  const backupJobs = openBackupJobs({
    ...{ db, databases, storage, masterKeys, logger },
    ...{ schedule: scheduleOf(settings), keep: settings.DATABASE_BACKUP_KEEP },
  });
  const background = createBackground();
  const redis = openRedisPool(redisUrl, settings.REDIS_POOL_SIZE);
  const observatory = createObservatory(openTargets(settings, databases, redis));
  measurePools(domain.metrics, observatory.targets);
  const intervalMs = settings.KRONOS_DATABASE_WATCH_MS;
  const stopWatching = watchTargets({ db, observatory, intervalMs, logger });

  const transactions = openTransactions({
    // Its claim is a transaction that stays open, which a pool would count as a connection for good.
    ...{ db, databaseUrl: directUrl(databaseUrl), databases, logger, cache: data.cache, redis: data.redis },
    recoveryIntervalMs: settings.DATA_RECOVERY_INTERVAL_MS,
  });
  transactions.recovery.start();

  const sources = data.sources(domain.consumers);

  return defineSubgraph({
    ...domain,
    schemaFile: new URL('../schema.graphql', import.meta.url),
    resolvers,
    createContext: (request) =>
      createContext(
        {
          ...{ db, log: domain.log, databases, leases, backupJobs, redis, observatory },
          ...{ data: sources, transactions },
          ...{ background, databaseUrl: directUrl(databaseUrl) },
        },
        request,
      ),
    health: () => healthAnswer(observatory),
    async close() {
      await transactions.close();
      await stopWatching();
      await Promise.all([backupJobs.close(), background.settled()]);
      await Promise.all(observatory.targets.map((target) => target.close()));
      await redis.close();
      await leases.close();
      await databases.close();
      await domain.close();
      await data.close();
    },
  });
}

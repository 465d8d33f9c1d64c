import { createCache, openCacheRedis } from '@kronos/cache';
import { PrismaClient } from '@kronos/prisma-database';
import { createLogger } from '@kronos/service';
import { domainAdapter } from '@kronos/subgraph';
import { openDatabases } from '../databases.ts';
import type { Step } from './coordinator.ts';
import { openTransactions } from './open-transactions.ts';
import { toPlan } from './plan.ts';

/** What executes transactions as one process does: with connections of its own. */
export function openProcess(environment: NodeJS.ProcessEnv, onStep?: (step: Step) => void | Promise<void>) {
  const databaseUrl = environment.DATABASE_DATABASE_URL!;
  const logger = createLogger({ name: 'transactions', level: 'silent' });
  const db = new PrismaClient({ adapter: domainAdapter(databaseUrl) });
  const databases = openDatabases(
    environment,
    { DB_POOL_MIN: 0, DB_POOL_MAX: 5, DB_POOL_IDLE_TIMEOUT: 10_000 },
    logger,
  );
  const redis = openCacheRedis(environment.REDIS_URL!, logger);
  const cache = createCache({ redis, logger });
  const transactions = openTransactions({
    ...{ db, databaseUrl, databases, redis, cache, logger, onStep },
    recoveryIntervalMs: 60_000,
  });
  return {
    db,
    redis,
    ...transactions,
    /** Executes operations in a person's name. */
    async execute(operations: readonly object[], userId: string) {
      if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
      const plan = toPlan(operations, { viewer: { userId, scopes: new Set(), roles: [] } as never });
      const request = { owner: { user: userId }, idempotencyKey: null, requestHash: '' };
      return transactions.coordinator.execute(plan, request);
    },
    async close() {
      await transactions.close();
      await databases.close();
      redis.disconnect();
      await db.$disconnect();
    },
  };
}

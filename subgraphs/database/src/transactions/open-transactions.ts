import type { Cache } from '@kronos/cache';
import type { PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import type { Cluster, Redis } from 'ioredis';
import type { Databases } from '../databases.ts';
import { openClaim } from './claim.ts';
import { type CoordinatorOptions, createCoordinator } from './coordinator.ts';
import { createRecovery } from './recovery.ts';
import { createTransactionLog } from './transaction-log.ts';

export interface TransactionsOptions {
  db: PrismaClient;
  /** Where the log is: the same database as `db`. */
  databaseUrl: string;
  databases: Databases;
  redis: Redis | Cluster;
  cache: Pick<Cache, 'invalidate'>;
  logger: Logger;
  /** Between two looks for what others have left, in milliseconds. */
  recoveryIntervalMs: number;
  onStep?: CoordinatorOptions['onStep'];
}

/** What executes transactions in this process. */
export type Transactions = ReturnType<typeof openTransactions>;

/** Opens the coordinator; recovery runs when it is started. */
export function openTransactions(options: TransactionsOptions) {
  const { db, databaseUrl, recoveryIntervalMs: intervalMs, ...rest } = options;
  const log = createTransactionLog(db);
  const claim = openClaim(databaseUrl, options.logger);
  const coordinatorOptions = { ...rest, log, claim };
  const coordinator = createCoordinator(coordinatorOptions);
  const recovery = createRecovery({ ...coordinatorOptions, databaseUrl, coordinator, intervalMs });
  return {
    log,
    coordinator,
    recovery,
    /** Waits for a look that is under way. What runs goes on with its connections, and is recovered by others if it cannot. */
    async close() {
      await recovery.close();
      await claim.close();
    },
  };
}

import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-database';
import { type RequestContext, rowLoader } from '@kronos/subgraph';
import type { BackupJobs } from './backups/backup-jobs.ts';
import type { DataSources } from './data/data-query.ts';
import type { Databases } from './databases.ts';
import type { Leases } from './leases/leases.ts';
import type { Background } from './migrations/background.ts';
import type { RedisPool } from './redis-pool.ts';
import type { Observatory } from './targets/observatory.ts';
import type { Transactions } from './transactions/open-transactions.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  /** The databases of all domains. */
  databases: Databases;
  leases: Leases;
  backupJobs: BackupJobs;
  /** Work that goes on after the answer. */
  background: Background;
  /** This domain's own database. */
  databaseUrl: string;
  redis: RedisPool;
  observatory: Observatory;
  data: DataSources;
  transactions: Transactions;
}

/** The context of one request, or of one event of a subscription: what a resolver gets. */
export function createContext(dependencies: Dependencies, request: RequestContext) {
  const { db } = dependencies;
  return {
    ...request,
    ...dependencies,
    loaders: {
      backup: rowLoader((ids) => db.backup.findMany({ where: { id: { in: [...ids] } } })),
      backupRestore: rowLoader((ids) => db.backupRestore.findMany({ where: { id: { in: [...ids] } } })),
      migrationRun: rowLoader((ids) => db.migrationRun.findMany({ where: { id: { in: [...ids] } } })),
      connectionLease: rowLoader((ids) => db.connectionLease.findMany({ where: { id: { in: [...ids] } } })),
    },
  };
}

export type Context = ReturnType<typeof createContext>;

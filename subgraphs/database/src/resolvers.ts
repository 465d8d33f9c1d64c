import type { Resolvers } from './__generated__/types.ts';
import { backupCompleted } from './backups/backup.completed.ts';
import { backupCreate } from './backups/backup.create.ts';
import { backupRestore as restoreBackup } from './backups/backup.restore.ts';
import { Backup, BackupRestore, backup, backupRestore, backups } from './backups/backup.ts';
import { backupSelfTest, backupVerify } from './backups/backup.verify.ts';
import { backupsPrune } from './backups/backups.prune.ts';
import { connectionStats } from './care/connection-stats.ts';
import { indexAdvice } from './care/index-advice.ts';
import { slowQueries } from './care/slow-queries.ts';
import { tableSizes } from './care/table-sizes.ts';
import { DataPagination, dataQuery } from './data/data-query.ts';
import { sqlQuery } from './data/sql-query.ts';
import { connectionAcquire } from './leases/connection-lease.acquire.ts';
import { connectionRelease } from './leases/connection-lease.release.ts';
import { ConnectionLease, connectionLease, connectionLeases } from './leases/connection-lease.ts';
import { LeasePolicy, leasePolicies, leasePolicyDelete, leasePolicyPut } from './leases/lease-policy.ts';
import { poolExhausted } from './leases/pool-exhausted.ts';
import { migrationStepCompleted } from './migrations/migration.step-completed.ts';
import { MigrationRun, migrationRun, migrationStatus } from './migrations/migration-status.ts';
import { migrationsRun } from './migrations/migrations.run.ts';
import { databaseHealth } from './targets/database-health.ts';
import {
  DatabaseTarget,
  databaseHealthChanged,
  databaseStatus,
  databaseTargets,
} from './targets/database-target.ts';
import { DataTransaction, dataTransaction, dataTransactionExecute } from './transactions/data-transaction.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: {
    migrationRun,
    migrationStatus,
    connectionLease,
    connectionLeases,
    leasePolicies,
    databaseHealth,
    databaseStatus,
    databaseTargets,
    connectionStats,
    indexAdvice,
    slowQueries,
    tableSizes,
    dataQuery,
    sqlQuery,
    backup,
    backupRestore,
    backups,
    dataTransaction,
  },
  Mutation: {
    migrationsRun,
    connectionAcquire,
    connectionRelease,
    leasePolicyPut,
    leasePolicyDelete,
    backupCreate,
    backupRestore: restoreBackup,
    backupSelfTest,
    backupVerify,
    backupsPrune,
    dataTransactionExecute,
  },
  Subscription: {
    migrationStepCompleted,
    databaseHealthChanged,
    poolExhausted,
    backupCompleted,
  },
  ConnectionLease,
  LeasePolicy,
  DatabaseTarget,
  DataPagination,
  Backup,
  BackupRestore,
  DataTransaction,
  MigrationRun,
};

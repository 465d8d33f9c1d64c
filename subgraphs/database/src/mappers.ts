import type {
  Backup,
  BackupRestore,
  ConnectionLease,
  LeasePolicy,
  MigrationRun,
} from '@kronos/prisma-database';
import type { Connection } from '@kronos/subgraph';
import type { CountedPage } from './data/data-query.ts';
import type { ShownMigration } from './migrations/domain-migrations.ts';
import type { Observation } from './targets/observatory.ts';
import type { LoggedTransaction } from './transactions/transaction-log.ts';

// What resolvers hand on for each type of the SDL; codegen reads the names.
export type ConnectionLeaseMapper = ConnectionLease;
export type ConnectionLeaseConnectionMapper = Connection<ConnectionLease>;
export type LeasePolicyMapper = LeasePolicy;
export type DatabaseTargetMapper = Observation;
export type DataTransactionMapper = LoggedTransaction;
export type DataPaginationMapper = CountedPage;
export type BackupMapper = Backup;
export type BackupConnectionMapper = Connection<Backup>;
export type BackupRestoreMapper = BackupRestore;
export type MigrationMapper = ShownMigration;
export type MigrationRunMapper = MigrationRun;

import type { Resolvers } from './__generated__/types.ts';
import { DataPagination, dataQuery } from './data/data-query.ts';
import { sqlQuery } from './data/sql-query.ts';
import { connectionAcquire } from './leases/connection-lease.acquire.ts';
import { connectionRelease } from './leases/connection-lease.release.ts';
import { ConnectionLease, connectionLease, connectionLeases } from './leases/connection-lease.ts';
import { poolExhausted } from './leases/pool-exhausted.ts';
import { databaseHealth } from './targets/database-health.ts';
import {
  DatabaseTarget,
  databaseHealthChanged,
  databaseStatus,
  databaseTargets,
} from './targets/database-target.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: {
    connectionLease,
    connectionLeases,
    databaseHealth,
    databaseStatus,
    databaseTargets,
    dataQuery,
    sqlQuery,
  },
  Mutation: {
    connectionAcquire,
    connectionRelease,
  },
  Subscription: {
    databaseHealthChanged,
    poolExhausted,
  },
  ConnectionLease,
  DatabaseTarget,
  DataPagination,
};

import { commonEnvironment, postgresUrl, redisUrl } from '@kronos/service/environment';
import { z } from 'zod';
import { backupsEnvironment } from './backups/backup-settings.ts';

/** The variables of this domain; its port is read where it is opened, the databases of others by `domainDatabases`. */
export const environmentShape = {
  ...commonEnvironment,
  DATABASE_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  ...backupsEnvironment,
  /** The role that looks after all databases; without it, what its own role of each domain may do is done. */
  KRONOS_OPERATOR_DATABASE_URL: postgresUrl().optional(),

  /** Connections of this process to each domain's database: kept, at most, and how long one more than that is kept idle. */
  DB_POOL_MIN: whole(0, 100, 5),
  DB_POOL_MAX: whole(1, 500, 20),
  DB_POOL_IDLE_TIMEOUT: whole(1_000, 3_600_000, 30_000),
  REDIS_POOL_SIZE: whole(1, 100, 10),

  /** Connections that are lent: how many at a time, in all and to one service, for how long, and how long somebody waits. */
  KRONOS_LEASES_MAX: whole(1, 1_000, 50),
  KRONOS_LEASES_PER_SERVICE: whole(1, 1_000, 10),
  KRONOS_LEASE_SECONDS: whole(1, 3_600, 300),
  KRONOS_LEASE_WAIT_MS: whole(0, 25_000, 5_000),

  /** Milliseconds between two looks at all databases. */
  KRONOS_DATABASE_WATCH_MS: whole(10, 3_600_000, 10_000),
  /** How long a query for data may take in a database, in milliseconds. */
  DATA_STATEMENT_TIMEOUT_MS: whole(100, 60_000, 5_000),
  /** Milliseconds between two looks for transactions that somebody has left. */
  DATA_RECOVERY_INTERVAL_MS: whole(100, 3_600_000, 10_000),

  /** Of an Azure Cosmos DB account; off until it is set. */
  COSMOS_CONNECTION_STRING: z
    .string()
    .regex(/AccountEndpoint=https?:\/\/[^;]+;/i, 'expected AccountEndpoint=https://…;AccountKey=…;')
    .optional(),
  /** Where vectors are kept; off until it is set. */
  VECTOR_DB_URL: z
    .string()
    .regex(/^(file:|postgres(ql)?:\/\/)/, 'expected file:… or a URL of a PostgreSQL that has pgvector')
    .optional(),
};

/** What the environment says of this domain. */
export type Settings = z.output<z.ZodObject<typeof environmentShape>>;

function whole(least: number, most: number, preset: number) {
  const expected = `expected a whole number from ${least} to ${most}`;
  return z.coerce.number(expected).int(expected).min(least, expected).max(most, expected).default(preset);
}

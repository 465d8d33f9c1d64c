import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { lookInto } from './look-into.ts';

interface Row {
  total: number;
  active: number;
  idle: number;
  idleInTransaction: number;
  waitingForLocks: number;
  longestQuerySeconds: number | null;
  oldestTransactionSeconds: number | null;
  maxConnections: number;
  commits: string;
  rollbacks: string;
  deadlocks: string;
  cacheHitRatio: number | null;
  clients: { applicationName: string; role: string; connections: number }[];
}

/** What the connections to the domains' databases are doing. */
export const connectionStats: QueryResolvers<Context>['connectionStats'] = (
  _parent,
  { domain },
  { databases },
) =>
  lookInto(databases, domain, async (client, database) => {
    const { rows } = await client.query<Row>(statement);
    return rows.map(({ commits, rollbacks, deadlocks, ...row }) => ({
      ...{ domain: database.domain, ...row },
      ...{ commits: BigInt(commits), rollbacks: BigInt(rollbacks), deadlocks: BigInt(deadlocks) },
    }));
  });

const statement = `
  WITH activity AS (
    SELECT * FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
  )
  SELECT (SELECT count(*)::int FROM activity) AS total,
    (SELECT count(*)::int FROM activity WHERE state = 'active') AS active,
    (SELECT count(*)::int FROM activity WHERE state = 'idle') AS idle,
    (SELECT count(*)::int FROM activity WHERE state LIKE 'idle in transaction%') AS "idleInTransaction",
    (SELECT count(*)::int FROM activity WHERE wait_event_type = 'Lock') AS "waitingForLocks",
    (SELECT max(extract(epoch FROM now() - query_start))::float8 FROM activity
      WHERE state = 'active' AND pid <> pg_backend_pid()) AS "longestQuerySeconds",
    (SELECT max(extract(epoch FROM now() - xact_start))::float8 FROM activity
      WHERE pid <> pg_backend_pid()) AS "oldestTransactionSeconds",
    current_setting('max_connections')::int AS "maxConnections",
    xact_commit::text AS commits, xact_rollback::text AS rollbacks, deadlocks::text AS deadlocks,
    blks_hit::float8 / NULLIF(blks_hit + blks_read, 0) AS "cacheHitRatio",
    COALESCE((SELECT json_agg(json_build_object(
        'applicationName', application_name, 'role', role, 'connections', connections) ORDER BY connections DESC)
      FROM (SELECT application_name, COALESCE(usename::text, '') AS role, count(*)::int AS connections
        FROM activity GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 50) clients), '[]') AS clients
  FROM pg_stat_database WHERE datname = current_database()`;

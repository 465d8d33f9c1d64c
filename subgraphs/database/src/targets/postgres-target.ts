import type { OpenDatabase } from '../databases.ts';
import { withOperator } from '../leases/lease-role.ts';
import { type Facts, type Target, timed } from './target.ts';

interface Row {
  version: string;
  size: string;
  is_replica: boolean;
  active: number;
  idle: number;
  total: number;
  schemas: string[];
  replicas: { name: string; state: string; lag: string | null }[];
}

/** A domain's database. Its pool is not closed with it, for others use it, too. */
export function postgresTarget(database: OpenDatabase): Target {
  const { hostname, port } = new URL(database.ownUrl);

  async function probe(): Promise<Facts> {
    return withOperator(database, async (client) => {
      const responseTimeMs = await timed(() => client.query('SELECT 1'));
      const { rows } = await client.query<Row>(facts);
      const { version, size, active, idle, total, schemas, is_replica: isReplica, replicas } = rows[0]!;
      return {
        ...{ responseTimeMs, version, schemas },
        sizeBytes: BigInt(size),
        memoryBytes: null,
        connections: { active, idle, total },
        replication: {
          isReplica,
          replicas: replicas.map(({ lag, ...replica }) => ({
            ...replica,
            lagBytes: lag === null ? null : BigInt(lag),
          })),
        },
      };
    });
  }

  return {
    ...{ name: database.domain, kind: 'POSTGRESQL', host: hostname, port: Number(port || 5432) },
    probe,
    poolStats: database.poolStats,
    close: async () => undefined,
  };
}

const facts = `
  SELECT current_setting('server_version') AS version,
    pg_database_size(current_database())::text AS size,
    pg_is_in_recovery() AS is_replica,
    activity.*,
    ARRAY(SELECT nspname::text FROM pg_namespace
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1 LIMIT 100) AS schemas,
    COALESCE((SELECT json_agg(json_build_object(
        'name', application_name, 'state', state,
        'lag', CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)::text END))
      FROM pg_stat_replication), '[]') AS replicas
  FROM (
    SELECT count(*) FILTER (WHERE state = 'active')::int AS active,
      count(*) FILTER (WHERE state <> 'active')::int AS idle,
      count(*)::int AS total
    FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
  ) activity`;

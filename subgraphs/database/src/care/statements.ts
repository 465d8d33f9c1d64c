import pg from 'pg';
import type { OpenDatabase } from '../databases.ts';

/** What pg_stat_statements says of a statement: its values are replaced by `$1`, `$2` … */
export interface CountedStatement {
  domain: string;
  fingerprint: string;
  sample: string;
  calls: bigint;
  rows: bigint;
  meanMs: number;
  maxMs: number;
  totalMs: number;
}

interface Row {
  database: string;
  fingerprint: string;
  sample: string;
  calls: string;
  rows: string;
  mean: number;
  max: number;
  total: number;
}

/** How much of a statement is shown, in characters. */
const sampleLength = 2_000;

/**
 * The statements that have taken the longest, one by one or together, by the servers' own count. It is kept in the database
 * `postgres` of each server.
 *
 * @param domains whose statements
 * @param most how many
 * @returns null when no server counts
 */
export async function countedStatements(
  domains: readonly OpenDatabase[],
  by: 'mean' | 'total',
  most: number,
): Promise<CountedStatement[] | null> {
  const servers = Map.groupBy(
    domains,
    ({ url }) => Object.assign(new URL(url), { pathname: '/postgres' }).href,
  );
  const found = await Promise.all([...servers].map(([url, those]) => readServer(url, those, by, most)));
  if (found.every((rows) => rows === null)) return null;
  const key = by === 'mean' ? 'meanMs' : 'totalMs';
  return found
    .flatMap((rows) => rows ?? [])
    .sort((one, other) => other[key] - one[key])
    .slice(0, most);
}

async function readServer(
  url: string,
  domains: readonly OpenDatabase[],
  by: 'mean' | 'total',
  most: number,
): Promise<CountedStatement[] | null> {
  const byDatabase = new Map(
    domains.map((database) => [decodeURIComponent(new URL(database.url).pathname.slice(1)), database.domain]),
  );
  const client = new pg.Client({
    ...{ connectionString: url, application_name: 'kronos-database' },
    ...{ connectionTimeoutMillis: 10_000, query_timeout: 10_000 },
  });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `SELECT 1 FROM pg_extension WHERE extname = 'pg_stat_statements'`,
    );
    if (!rowCount) return null;
    const { rows } = await client.query<Row>(statement(by), [[...byDatabase.keys()], sampleLength, most]);
    return rows.map(({ database, mean, max, total, calls, rows: count, ...row }) => ({
      ...{ ...row, domain: byDatabase.get(database)!, calls: BigInt(calls), rows: BigInt(count) },
      ...{ meanMs: mean, maxMs: max, totalMs: total },
    }));
  } finally {
    await client.end();
  }
}

// Statements about roles may have passwords in them, and are the only ones whose values are not replaced that are secret.
const statement = (by: 'mean' | 'total') => `
  SELECT d.datname AS database, s.queryid::text AS fingerprint, left(s.query, $2) AS sample,
    s.calls::text AS calls, s.rows::text AS rows,
    s.mean_exec_time AS mean, s.max_exec_time AS max, s.total_exec_time AS total
  FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
  WHERE d.datname = ANY($1) AND s.query !~* '(create|alter)\\s+(role|user|group)\\M'
  ORDER BY s.${by}_exec_time DESC LIMIT $3`;

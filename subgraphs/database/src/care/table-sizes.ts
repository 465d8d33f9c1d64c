import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { lookInto } from './look-into.ts';

interface Row {
  table: string;
  rows: string;
  dead: string;
  size: string;
  indexes: string;
  total: string;
  bloat: string;
  vacuumed: Date | null;
  analyzed: Date | null;
  list: { name: string; size: string; scans: string; isUnique: boolean; definition: string }[];
}

/** How large the tables of the domains are, the largest first, with an estimate of what in them is wasted. */
export const tableSizes: QueryResolvers<Context>['tableSizes'] = async (_parent, { domain }, { databases }) =>
  lookInto(databases, domain, async (client, database) => {
    const { rows } = await client.query<Row>(statement);
    return rows.map((row) => ({
      ...{ domain: database.domain, table: row.table },
      ...{ estimatedRows: BigInt(row.rows), deadRows: BigInt(row.dead) },
      ...{ tableBytes: BigInt(row.size), indexBytes: BigInt(row.indexes), totalBytes: BigInt(row.total) },
      ...{ bloatBytes: BigInt(row.bloat), vacuumedAt: row.vacuumed, analyzedAt: row.analyzed },
      indexes: row.list.map(({ size, scans, ...index }) => ({
        ...index,
        sizeBytes: BigInt(size),
        scans: BigInt(scans),
      })),
    }));
  });

// What rows would take that lie one beside the other: their columns' width by the statistics, 24 bytes for the head of a row
// and 4 for the pointer to it, in pages of 8 KiB of which 24 bytes are the head. What the table takes beyond that is bloat.
// https://www.postgresql.org/docs/18/storage-page-layout.html
const statement = `
  SELECT c.relname AS table,
    GREATEST(c.reltuples, s.n_live_tup)::bigint::text AS rows,
    s.n_dead_tup::text AS dead,
    pg_table_size(c.oid)::text AS size,
    pg_indexes_size(c.oid)::text AS indexes,
    pg_total_relation_size(c.oid)::text AS total,
    GREATEST(0, pg_relation_size(c.oid) - ceil(
      GREATEST(c.reltuples, 0) * (28 + COALESCE(width, 0)) / (8192 - 24)) * 8192)::bigint::text AS bloat,
    GREATEST(s.last_vacuum, s.last_autovacuum) AS vacuumed,
    GREATEST(s.last_analyze, s.last_autoanalyze) AS analyzed,
    COALESCE((SELECT json_agg(json_build_object(
        'name', i.indexrelname, 'size', pg_relation_size(i.indexrelid)::text, 'scans', i.idx_scan::text,
        'isUnique', x.indisunique, 'definition', pg_get_indexdef(i.indexrelid)) ORDER BY i.indexrelname)
      FROM pg_stat_user_indexes i JOIN pg_index x USING (indexrelid) WHERE i.relid = c.oid), '[]') AS list
  FROM pg_class c
  JOIN pg_stat_user_tables s ON s.relid = c.oid
  LEFT JOIN LATERAL (
    SELECT sum(avg_width * (1 - null_frac)) AS width FROM pg_stats
    WHERE schemaname = s.schemaname AND tablename = s.relname
  ) widths ON true
  WHERE c.relkind IN ('r', 'm') AND s.schemaname = 'public'
  ORDER BY pg_total_relation_size(c.oid) DESC, c.relname LIMIT 200`;

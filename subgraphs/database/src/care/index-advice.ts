import pg from 'pg';
import type { QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { lookInto } from './look-into.ts';
import { scannedColumns } from './plans.rules.ts';
import { type CountedStatement, countedStatements } from './statements.ts';

type Kind = 'UNUSED' | 'DUPLICATE' | 'MISSING';

interface Advice {
  kind: Kind;
  table: string;
  index: string | null;
  statement: string;
  reason: string;
  sizeBytes: bigint | null;
}

/** Below this many rows PostgreSQL rightly reads the whole table. */
const worthwhileRows = 1_000;
/** How many of the slowest statements are planned. */
const planned = 25;

/** Indexes that nobody needs, and those that are missing: nothing is done, and each is a statement to judge. */
export const indexAdvice: QueryResolvers<Context>['indexAdvice'] = async (
  _parent,
  { domain },
  { databases },
) => {
  const one = domain != null ? databases.get(domain) : undefined;
  const slow = (await countedStatements(one ? [one] : databases.all, 'mean', planned)) ?? [];
  return lookInto(databases, domain, async (client, database) => {
    const advice = [
      ...(await duplicates(client)),
      ...(await unused(client)),
      ...(await missingForKeys(client)),
      ...(await missingByPlans(
        client,
        decodeURIComponent(new URL(database.ownUrl).username),
        slow.filter((statement) => statement.domain === database.domain),
      )),
      ...(await missingByScans(client)),
    ];
    // What one rule has found, another need not say again.
    const first = new Map(advice.toReversed().map((found) => [found.index ?? found.statement, found]));
    const kept = advice.filter((found) => first.get(found.index ?? found.statement) === found);
    return kept.map((found) => ({ domain: database.domain, ...found }));
  });
};

async function duplicates(client: pg.ClientBase): Promise<Advice[]> {
  const { rows } = await client.query<{ table: string; index: string; other: string; size: string }>(
    // The same table, method and condition; its columns, with their order, are the first ones of the other's.
    `SELECT a.indrelid::regclass::text AS table, quote_ident(ac.relname) AS index, quote_ident(bc.relname) AS other,
       pg_relation_size(a.indexrelid)::text AS size
     FROM pg_index a JOIN pg_class ac ON ac.oid = a.indexrelid JOIN pg_namespace n ON n.oid = ac.relnamespace
     JOIN pg_index b ON b.indrelid = a.indrelid AND b.indexrelid <> a.indexrelid
     JOIN pg_class bc ON bc.oid = b.indexrelid AND bc.relam = ac.relam
     WHERE n.nspname = 'public' AND ac.relam = (SELECT oid FROM pg_am WHERE amname = 'btree')
       AND NOT a.indisprimary AND (NOT a.indisunique OR (b.indisunique AND a.indnkeyatts = b.indnkeyatts))
       AND a.indexprs IS NULL AND b.indexprs IS NULL
       AND pg_get_expr(a.indpred, a.indrelid) IS NOT DISTINCT FROM pg_get_expr(b.indpred, b.indrelid)
       AND (b.indkey::int2[])[0:a.indnatts - 1] = (a.indkey::int2[])[0:a.indnatts - 1]
       AND (b.indclass::oid[])[0:a.indnkeyatts - 1] = (a.indclass::oid[])[0:a.indnkeyatts - 1]
       AND (b.indoption::int2[])[0:a.indnkeyatts - 1] = (a.indoption::int2[])[0:a.indnkeyatts - 1]
       AND (b.indcollation::oid[])[0:a.indnkeyatts - 1] = (a.indcollation::oid[])[0:a.indnkeyatts - 1]
       -- Of two that are the same, the later one goes, unless only it is unique.
       AND (a.indnatts < b.indnatts OR (b.indisunique AND NOT a.indisunique)
         OR (a.indisunique = b.indisunique AND (b.indisprimary OR a.indexrelid > b.indexrelid)))
       AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = a.indexrelid)
     ORDER BY 1, 2`,
  );
  return rows.map(({ table, index, other, size }) => ({
    ...{ kind: 'DUPLICATE', table, index, sizeBytes: BigInt(size) },
    statement: `DROP INDEX CONCURRENTLY ${index}`,
    reason: `The index ${other} does all that it does.`,
  }));
}

async function unused(client: pg.ClientBase): Promise<Advice[]> {
  const { rows } = await client.query<{ table: string; index: string; size: string; since: string | null }>(
    `SELECT s.relid::regclass::text AS table, quote_ident(s.indexrelname) AS index,
       pg_relation_size(s.indexrelid)::text AS size,
       to_char(d.stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS since
     FROM pg_stat_user_indexes s JOIN pg_index x USING (indexrelid)
     JOIN pg_stat_user_tables t ON t.relid = s.relid
     JOIN pg_stat_database d ON d.datname = current_database()
     WHERE s.schemaname = 'public' AND s.idx_scan = 0 AND NOT x.indisunique AND t.n_live_tup >= $1
     ORDER BY pg_relation_size(s.indexrelid) DESC LIMIT 100`,
    [worthwhileRows],
  );
  return rows.map(({ table, index, size, since }) => ({
    ...{ kind: 'UNUSED', table, index, sizeBytes: BigInt(size) },
    statement: `DROP INDEX CONCURRENTLY ${index}`,
    reason: `Nothing was looked up by it since ${since ?? 'the database was made'}.`,
  }));
}

async function missingForKeys(client: pg.ClientBase): Promise<Advice[]> {
  const { rows } = await client.query<{ table: string; columns: string; target: string }>(
    `SELECT c.conrelid::regclass::text AS table, c.confrelid::regclass::text AS target,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
        FROM unnest(c.conkey) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = c.conrelid AND attnum = number) AS columns
     FROM pg_constraint c JOIN pg_stat_user_tables t ON t.relid = c.conrelid
     WHERE c.contype = 'f' AND t.schemaname = 'public' AND t.n_live_tup >= $1
       AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND i.indpred IS NULL
         AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey)
     ORDER BY 1`,
    [worthwhileRows],
  );
  return rows.map(({ table, columns, target }) => ({
    ...{ kind: 'MISSING', table, index: null, sizeBytes: null },
    statement: `CREATE INDEX CONCURRENTLY ON ${table} (${columns})`,
    reason: `Whoever deletes a row of ${target} has all of ${table} read.`,
  }));
}

async function missingByScans(client: pg.ClientBase): Promise<Advice[]> {
  const { rows } = await client.query<{ table: string; scans: string; each: string }>(
    `SELECT relid::regclass::text AS table, seq_scan::text AS scans, (seq_tup_read / seq_scan)::text AS each
     FROM pg_stat_user_tables
     WHERE schemaname = 'public' AND n_live_tup >= $1 * 10 AND seq_scan > 100
       AND seq_scan > COALESCE(idx_scan, 0) AND seq_tup_read / seq_scan > $1
     ORDER BY seq_tup_read DESC LIMIT 50`,
    [worthwhileRows],
  );
  return rows.map(({ table, scans, each }) => ({
    ...{ kind: 'MISSING', table, index: null, sizeBytes: null },
    statement: `-- See slowQueries for what is asked of ${table}.`,
    reason: `It was read whole ${scans} times, ${each} rows at a time, and more often than by an index.`,
  }));
}

/**
 * What slow statements read whole, by PostgreSQL's own plan of them; none of them is run. They are planned as the domain's
 * own role, since planning may call functions that the domain has made.
 */
async function missingByPlans(
  client: pg.ClientBase,
  role: string,
  statements: readonly CountedStatement[],
): Promise<Advice[]> {
  const { rows } = await client.query<{ table: string }>(
    `SELECT relname AS table FROM pg_stat_user_tables WHERE schemaname = 'public' AND n_live_tup >= $1`,
    [worthwhileRows],
  );
  const large = new Set(rows.map(({ table }) => table));
  const advice: Advice[] = [];
  await client.query(`SET LOCAL ROLE ${pg.escapeIdentifier(role)}`);
  for (const { sample, meanMs } of statements) {
    const plan = await planOf(client, sample);
    for (const { table, columns } of plan ? scannedColumns(plan) : []) {
      if (!large.has(table)) continue;
      const name = pg.escapeIdentifier(table);
      advice.push({
        ...{ kind: 'MISSING', table: name, index: null, sizeBytes: null },
        statement: `CREATE INDEX CONCURRENTLY ON ${name} (${columns.join(', ')})`,
        reason: `What takes ${meanMs.toFixed(1)} ms reads all of the table: ${sample.slice(0, 200)}`,
      });
    }
  }
  await client.query('RESET ROLE');
  return advice;
}

/** Only what reads or changes rows has a plan; one statement and no more is sent. */
const plannable = /^\s*(select|with|update|delete)\b[^;]*$/i;

async function planOf(client: pg.ClientBase, sample: string): Promise<unknown> {
  if (!plannable.test(sample)) return null;
  await client.query('SAVEPOINT plan');
  try {
    // Generic: the values are not known (PostgreSQL 16 and later).
    const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sample}`);
    return rows[0]['QUERY PLAN'][0].Plan;
  } catch {
    // Cut off, of an older schema, or not for the operator to plan: there is no advice about it.
    await client.query('ROLLBACK TO SAVEPOINT plan');
    return null;
  }
}

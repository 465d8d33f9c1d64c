import { badUserInput, forbidden } from '@kronos/subgraph';
import type pg from 'pg';
import { wordsOfSql } from './sql-words.ts';

/** Statements that only read; whatever else there is sets something, or does something. */
const verbs = new Set(['SELECT', 'WITH', 'VALUES', 'TABLE', 'SHOW', 'EXPLAIN']);

/** Volatile functions that do nothing to anybody. `pg_sleep` ends with the statement's time. */
const harmless = [
  ...['clock_timestamp', 'timeofday', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'random', 'random_normal'],
  ...['array_sample', 'array_shuffle', 'pg_sleep', 'pg_sleep_for', 'pg_is_in_recovery', 'pg_xact_status'],
  ...['pg_database_size', 'pg_table_size', 'pg_indexes_size', 'pg_relation_size', 'pg_total_relation_size'],
  ...['pg_current_wal_lsn', 'pg_blocking_pids', 'pg_partition_tree', 'pg_partition_ancestors'],
];

/**
 * Refuses statements that are no questions.
 *
 * @returns the names in it that can be those of functions
 * @throws BAD_USER_INPUT
 */
export function functionsCalled(sql: string): string[] {
  const { verb, callable, hasEscapedNames } = wordsOfSql(sql);
  if (!verbs.has(verb))
    throw badUserInput(`A query begins with one of ${[...verbs].join(', ')}.`, { verb: verb || null });
  if (hasEscapedNames) throw badUserInput('Names in escapes (U&"…") are not taken: write them out.');
  return [...callable];
}

/**
 * Refuses what a read-only transaction of a reader would let through all the same: functions that PostgreSQL calls volatile, since these lock (`pg_advisory_lock`), end what others do (`pg_cancel_backend`), change the session
 * (`set_config`) or run a text as a statement (`query_to_xml`), in which nothing could be found any more.
 *
 * @throws FORBIDDEN with the names of the functions
 */
export async function refuseVolatile(client: pg.ClientBase, names: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ proname: string }>(
    `SELECT DISTINCT proname FROM pg_proc
     WHERE proname = ANY($1) AND provolatile = 'v' AND NOT proname = ANY($2) ORDER BY proname`,
    [names, harmless],
  );
  const functions = rows.map(({ proname }) => proname);
  if (functions.length > 0)
    throw forbidden(`A query may not call functions that do something: ${functions.join(', ')}.`, {
      functions,
    });
}

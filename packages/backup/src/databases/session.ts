import { asRole } from '@kronos/migrations';
import pg from 'pg';

/** What pg_dump sets, too. The last is new in PostgreSQL 17. */
const settings = `
  SET client_encoding = 'UTF8'; SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC';
  SET extra_float_digits = 3; SET bytea_output = 'hex'; SET xmloption = 'content'; SET row_security = off;
  SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;
  SET synchronize_seqscans = off; SET maintenance_work_mem = '256MB';
  SELECT set_config('transaction_timeout', '0', false) WHERE current_setting('transaction_timeout', true) IS NOT NULL`;

/**
 * A connection that copies rows so that the same rows are the same bytes, whatever the server's settings, and that is never
 * timed out for the length of its work. It ends with the scope that uses it.
 *
 * @param role whoever owns the tables; the user of the URL itself when omitted
 */
export async function openSession(url: string, role?: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({
    connectionString: url,
    options: asRole(role),
    connectionTimeoutMillis: 10_000,
    application_name: 'kronos backup',
  });
  // A connection that breaks between two statements is told of by the next one.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(settings);
  } catch (error) {
    await client.end();
    throw error;
  }
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

import { createHmac } from 'node:crypto';
import { type Logger, scramVerifier } from '@kronos/service';
import { serviceUnavailable, statementNames } from '@kronos/subgraph';

import pg from 'pg';
import { ensureAccessRoles } from '../access-roles.ts';
import type { DomainDatabase } from '../domain-databases.ts';
import { asTexts, type TextRow } from './column-types.ts';

interface Statement {
  text: string;
  values: readonly unknown[];
}

/** Statements that others have written, in whole or in part, run on these connections and on no others. */
export interface Readers {
  /**
   * The rows that a statement answers with, as texts, on a connection of the domain's reader: a login that may read what
   * `access-roles.ts` says and nothing else, whose every transaction is read-only and whose every statement ends after
   * `statementTimeoutMs`. It has no more right that it could come back to.
   *
   * @throws SERVICE_UNAVAILABLE when there is no such database, or nobody has made an operator for it
   */
  rows(domain: string, statement: Statement): Promise<TextRow[]>;
  /** Runs work on a connection of its own, which is closed afterwards with whatever was done to its session. */
  readAlone<Result>(domain: string, work: (client: pg.Client) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const connectionTimeoutMillis = 5_000;
/** Connections of a process to each database for this alone. */
const max = 5;

/** The readers of all domains; a login is made, or made anew, by each process at its first use. */
export function openReaders(
  databases: readonly DomainDatabase[],
  { statementTimeoutMs, logger }: { statementTimeoutMs: number; logger: Logger },
): Readers {
  const byDomain = new Map(databases.map((database) => [database.domain, database]));
  const urls = new Map<string, Promise<string>>();
  const pools = new Map<string, pg.Pool>();
  const names = statementNames();

  function urlOf(domain: string): Promise<string> {
    const known = urls.get(domain);
    if (known) return known;
    const making = makeReader(byDomain.get(domain), domain, statementTimeoutMs);
    urls.set(domain, making);
    // What failed is tried again by the next who asks.
    making.catch(() => urls.delete(domain));
    return making;
  }

  async function poolOf(domain: string): Promise<pg.Pool> {
    const connectionString = await urlOf(domain);
    const known = pools.get(domain);
    if (known) return known;
    const pool = new pg.Pool({ connectionString, max, connectionTimeoutMillis, ...session });
    pool.on('error', (err) => logger.debug({ err, domain }, 'an idle connection of a reader has ended'));
    pool.on('connect', (client) => client.on('error', () => undefined));
    pools.set(domain, pool);
    return pool;
  }

  function replacePool(domain: string): void {
    const old = pools.get(domain);
    pools.delete(domain);
    void old?.end();
  }

  async function rowsOnce(domain: string, { text, values }: Statement): Promise<TextRow[]> {
    const client = await (await poolOf(domain)).connect();
    let failure: unknown;
    try {
      const { rows } = await client.query<TextRow>({
        text,
        values: [...values],
        name: names(text),
        types: asTexts,
      });
      return rows;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // A refused statement leaves the session as it was, since there is no transaction but its own; a broken connection goes.
      client.release(failure !== undefined && !(failure instanceof pg.DatabaseError));
    }
  }

  return {
    async rows(domain, statement) {
      try {
        return await rowsOnce(domain, statement);
      } catch (error) {
        // A migration has come since: with a table, which is not granted, or with another type of a column that is prepared.
        if (hasCode(error, '42501')) urls.delete(domain);
        else if (hasCode(error, '0A000')) replacePool(domain);
        else throw error;
        return rowsOnce(domain, statement);
      }
    },
    async readAlone(domain, work) {
      const client = new pg.Client({
        connectionString: await urlOf(domain),
        connectionTimeoutMillis,
        ...session,
      });
      client.on('error', (err) => logger.debug({ err, domain }, 'a connection of a reader has ended'));
      await client.connect();
      try {
        return await work(client);
      } finally {
        await client.end();
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

const session = { application_name: 'kronos-database-reader' };

/** @returns the URL of the reader's login */
async function makeReader(
  database: DomainDatabase | undefined,
  domain: string,
  statementTimeoutMs: number,
): Promise<string> {
  if (!database?.operatorUrl)
    throw serviceUnavailable(`The database “${domain}” is not looked after by this installation.`, 60, {
      database: domain,
      missing: database ? 'KRONOS_OPERATOR_DATABASE_URL' : `${domain.toUpperCase()}_DATABASE_URL`,
    });
  const operator = new pg.Client({ connectionString: database.operatorUrl, connectionTimeoutMillis });
  operator.on('error', () => undefined);
  await operator.connect();
  try {
    const { reader } = await ensureAccessRoles(operator);
    const url = new URL(database.operatorUrl);
    const password = passwordOf(url, reader);
    await writeLogin(operator, reader, { password, statementTimeoutMs });
    return Object.assign(url, { username: loginOf(reader), password }).href;
  } finally {
    await operator.end();
  }
}

const loginOf = (reader: string) => `${reader}_login`;

async function writeLogin(
  operator: pg.Client,
  reader: string,
  { password, statementTimeoutMs }: { password: string; statementTimeoutMs: number },
): Promise<void> {
  const login = pg.escapeIdentifier(loginOf(reader));
  const literal = pg.escapeLiteral(loginOf(reader));
  await operator.query(`
    BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('kronos access roles'));
    DO $$ BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${literal}) THEN
        CREATE ROLE ${login} LOGIN IN ROLE ${pg.escapeIdentifier(reader)};
      END IF;
    END $$;
    ALTER ROLE ${login} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(password))} CONNECTION LIMIT 100;
    ALTER ROLE ${login} SET default_transaction_read_only = on;
    ALTER ROLE ${login} SET statement_timeout = ${statementTimeoutMs};
    ALTER ROLE ${login} SET lock_timeout = ${statementTimeoutMs};
    ALTER ROLE ${login} SET idle_in_transaction_session_timeout = '60s';
    ALTER ROLE ${login} SET timezone = 'UTC';
    COMMIT`);
}

/** The same in every process, and known to nobody who does not know the operator's: that of the database is derived from it. */
function passwordOf(operator: URL, reader: string): string {
  if (!operator.password)
    throw serviceUnavailable('KRONOS_OPERATOR_DATABASE_URL has no password, which the readers need.', 60);
  return createHmac('sha256', decodeURIComponent(operator.password)).update(reader).digest('base64url');
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code;
}

import pg from 'pg';
import { ensureAccessRoles } from '../access-roles.ts';
import type { OpenDatabase } from '../databases.ts';
import type { Quota } from './plan.ts';

/** A domain's database as it takes part in a transaction. */
export interface Participant {
  domain: string;
  client: pg.PoolClient;
  /** Writes as whoever may write rows, and no more. */
  begin(isPrepared: boolean, quota: Quota | null): Promise<void>;
  /** Goes back to what may write the outbox, too. */
  becomeOperator(): Promise<void>;
  /** The number that PostgreSQL has given the transaction, by which it says later what has become of it. */
  xid(): Promise<bigint>;
  prepare(transactionId: string): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  commitPrepared(transactionId: string): Promise<void>;
  rollbackPrepared(transactionId: string): Promise<void>;
  /** @param isBroken the connection is not to be used again */
  release(isBroken?: boolean): void;
}

/** How long one statement of a transaction may take, and how long it may wait for a row, in milliseconds. */
const [statementMs, lockMs] = [10_000, 3_000];
const writers = new WeakMap<OpenDatabase, Promise<string>>();

/** What a prepared transaction of ours is called in a domain's database: several of these may be on one server. */
export function globalId(transactionId: string, domain: string): string {
  return `kronos:${transactionId}:${domain}`;
}

/** The transaction that a prepared one is part of, if it is ours. */
export function transactionOf(gid: string): string | undefined {
  return /^kronos:([\da-f-]{36}):/.exec(gid)?.[1];
}

/** Takes a connection to a domain's database. */
export async function takePart(database: OpenDatabase): Promise<Participant> {
  const client = await database.pool.connect();
  // A connection that breaks while nothing is asked of it is noticed by the next that is.
  const ignore = () => undefined;
  client.on('error', ignore);
  let writer: string;
  try {
    writer = await writerOf(database, client);
  } catch (error) {
    client.off('error', ignore);
    client.release(true);
    throw error;
  }
  return {
    domain: database.domain,
    client,
    async begin(isPrepared, quota) {
      await client.query(`
        BEGIN;
        SET LOCAL statement_timeout = ${statementMs};
        SET LOCAL lock_timeout = ${lockMs};
        SET LOCAL idle_in_transaction_session_timeout = '60s';
        ${isPrepared ? "SET LOCAL kronos.prepares = 'on';" : ''}
        ${quota ? withinQuota(quota) : ''}
        SET LOCAL ROLE ${pg.escapeIdentifier(writer)}`);
    },
    async becomeOperator() {
      await client.query('SET LOCAL ROLE NONE');
    },
    async xid() {
      const { rows } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid');
      return BigInt(rows[0]!.xid);
    },
    async prepare(id) {
      await client.query(`PREPARE TRANSACTION ${pg.escapeLiteral(globalId(id, database.domain))}`);
    },
    async commit() {
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new Error('the transaction had failed before its commit');
    },
    async rollback() {
      await client.query('ROLLBACK');
    },
    commitPrepared: (id) => finishPrepared(client, 'COMMIT', globalId(id, database.domain)),
    rollbackPrepared: (id) => finishPrepared(client, 'ROLLBACK', globalId(id, database.domain)),
    release(isBroken = false) {
      client.off('error', ignore);
      client.release(isBroken);
    },
  };
}

/**
 * What the tables count by, and the lock under which the domains count themselves: two requests at the same moment could else
 * both find room for the last one. It is taken before any row is.
 */
function withinQuota({ userId, plan }: Quota): string {
  return `SET LOCAL kronos.plan = ${pg.escapeLiteral(plan)};
    SELECT pg_advisory_xact_lock(hashtextextended(${pg.escapeLiteral(`quota:${userId}`)}, 0));`;
}

/**
 * Ends a prepared transaction. One that is not there was ended by somebody else, in the only way that there is.
 *
 * @param client not in a transaction
 */
export async function finishPrepared(
  client: pg.ClientBase,
  verb: 'COMMIT' | 'ROLLBACK',
  gid: string,
): Promise<void> {
  try {
    await client.query(`${verb} PREPARED ${pg.escapeLiteral(gid)}`);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '42704')) throw error;
  }
  // A transaction that notifies cannot be prepared, so the relay of the domain is woken now.
  if (verb === 'COMMIT') await client.query(`SELECT pg_notify('outbox', '')`);
}

/** The role that writes in a database; made, and given what there is to write, once per process. */
function writerOf(database: OpenDatabase, client: pg.ClientBase): Promise<string> {
  const known = writers.get(database);
  if (known) return known;
  if (!database.isOperator)
    return Promise.reject(new Error(`nobody looks after the database of ${database.domain}`));
  const making = ensureAccessRoles(client).then(({ writer }) => writer);
  writers.set(database, making);
  making.catch(() => writers.delete(database));
  return making;
}

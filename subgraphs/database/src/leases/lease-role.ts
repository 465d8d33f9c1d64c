import type { ConnectionLease } from '@kronos/prisma-database';
import { scramVerifier } from '@kronos/service';
import pg from 'pg';
import { accessRolesOf } from '../access-roles.ts';
import type { OpenDatabase } from '../databases.ts';

/** Connections that a lease is good for: one, and its successor while the server still holds the one that broke. */
const connections = 2;
/** How long a backend is given to end, in milliseconds. */
const endingMs = 5_000;

const prefix = 'kronos_lease_';

/** The role that a lease is in its domain's database server. */
export function leaseRoleName(leaseId: string): string {
  return prefix + leaseId.replaceAll('-', '');
}

/**
 * Makes a lease's role: a member of the group of readers or of writers of one database, which the server itself lets in
 * until the lease expires.
 *
 * @param client the operator, connected to the domain's database
 */
export async function createLeaseRole(
  client: pg.ClientBase,
  database: string,
  { id, operation, expiresAt }: Pick<ConnectionLease, 'id' | 'operation' | 'expiresAt'>,
  password: string,
): Promise<void> {
  const { reader, writer } = accessRolesOf(database);
  const role = pg.escapeIdentifier(leaseRoleName(id));
  const group = pg.escapeIdentifier(operation === 'WRITE' ? writer : reader);
  await client.query(`
    BEGIN;
    CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(scramVerifier(password))} CONNECTION LIMIT ${connections}
      VALID UNTIL ${pg.escapeLiteral(expiresAt.toISOString())} IN ROLE ${group};
    ALTER ROLE ${role} IN DATABASE ${pg.escapeIdentifier(database)} SET idle_in_transaction_session_timeout = '60s';
    ${operation === 'READ' ? `ALTER ROLE ${role} SET default_transaction_read_only = on;` : ''}
    COMMIT`);
}

/**
 * Ends what a lease's role is doing and drops it, whether it is there or not.
 *
 * @param client the operator, connected to the domain's database; closed when this fails
 */
export async function dropLeaseRole(client: pg.ClientBase, role: string): Promise<void> {
  const name = pg.escapeIdentifier(role);
  // Who releases a lease and who sweeps it may come at the same moment.
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [role]);
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount) {
    // First of all nobody enters any more.
    await client.query(`ALTER ROLE ${name} NOLOGIN`);
    await client.query(
      'SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()',
      [role, endingMs],
    );
    await client.query(`SET lock_timeout = '10s'; GRANT ${name} TO CURRENT_USER`);
    await endPrepared(client, role);
    // What it may own, such as large objects, anybody can make: it goes, too.
    await client.query(`BEGIN; DROP OWNED BY ${name}; DROP ROLE ${name}; COMMIT; RESET lock_timeout`);
  }
  await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [role]);
}

/** Undoes what the lease has prepared to commit and left: it would keep its locks, and the role, for good. */
async function endPrepared(client: pg.ClientBase, role: string): Promise<void> {
  const { rows } = await client.query<{ gid: string; owner: string }>(
    `SELECT gid, owner FROM pg_prepared_xacts WHERE database = current_database()
     AND owner IN ($1, current_database() || '_reader', current_database() || '_writer')`,
    [role],
  );
  for (const { gid, owner } of rows) {
    const name = pg.escapeIdentifier(owner);
    await client.query(`GRANT ${name} TO CURRENT_USER; SET ROLE ${name}`);
    await client.query(`ROLLBACK PREPARED ${pg.escapeLiteral(gid)}`);
    await client.query('RESET ROLE');
  }
}

/**
 * The roles of leases that there are in a database. Others on the same server may be another installation's.
 *
 * @param client the operator, connected to the domain's database
 */
export async function findLeaseRoles(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT member.rolname AS name FROM pg_auth_members
     JOIN pg_roles member ON member.oid = pg_auth_members.member
     JOIN pg_roles lent ON lent.oid = pg_auth_members.roleid
     WHERE lent.rolname IN (current_database() || '_reader', current_database() || '_writer')
       AND starts_with(member.rolname, $1)`,
    [prefix],
  );
  return rows.map(({ name }) => name);
}

/**
 * Works on a domain's database with a connection of the operator's; one on which the work has failed is closed, since
 * nobody knows in which state it is.
 */
export async function withOperator<Result>(
  { pool }: Pick<OpenDatabase, 'pool'>,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    const result = await work(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

import { randomBytes } from 'node:crypto';
import { migrate } from '@kronos/migrations';
import type pg from 'pg';
import { openSession } from '../databases/session.ts';
import { type BackupTarget, databaseOf, inDatabase } from '../databases/target.ts';

const adminUrl = process.env.KRONOS_TEST_POSTGRES_URL!;

/** A domain's database as a real system has it: owned by a role of its own, looked after by an operator who is no superuser. */
export interface TestTarget extends BackupTarget, AsyncDisposable {
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Makes such a database with a domain's tables; it is dropped with all that was made beside it. */
export async function createTestTarget(domain: string): Promise<TestTarget> {
  const name = `kbt_${domain}_${randomBytes(4).toString('hex')}`;
  const operator = `${name}_operator`;
  await using admin = await openSession(adminUrl);
  await admin.query(`
    CREATE ROLE ${name};
    CREATE ROLE ${operator} LOGIN CREATEDB CREATEROLE PASSWORD 'test';
    GRANT ${name} TO ${operator} WITH INHERIT TRUE, SET TRUE;
    GRANT pg_signal_backend TO ${operator}`);
  await admin.query(`CREATE DATABASE ${name} OWNER ${name}`);
  await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  const url = inDatabase(
    Object.assign(new URL(adminUrl), { username: operator, password: 'test' }).href,
    name,
  );
  const target = { domain, url, owner: name };
  await migrate({ domain, databaseUrl: url, role: name });
  return {
    ...target,
    async query(sql, values) {
      await using client = await openSession(url, name);
      return (await client.query(sql, values)).rows;
    },
    async [Symbol.asyncDispose]() {
      await using client = await openSession(adminUrl);
      for (const database of await databasesBeside(databaseOf(target)))
        await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
      await client.query(`DROP ROLE IF EXISTS ${operator}; DROP ROLE IF EXISTS ${name}`);
    },
  };
}

/** The names of the databases that belong to a test's own, and its own. */
export async function databasesBeside(name: string): Promise<string[]> {
  await using client = await openSession(adminUrl);
  const { rows } = await client.query<{ name: string }>(
    `SELECT d.datname AS name FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
     WHERE r.rolname = $1 OR starts_with(d.datname, $1) ORDER BY 1`,
    [name],
  );
  return rows.map((row) => row.name);
}

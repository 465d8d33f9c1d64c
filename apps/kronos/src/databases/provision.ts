import { StartError } from '@kronos/service/run-service';
import pg from 'pg';

/** A domain's database on a server of which we are the administrator. */
export interface DomainDatabase {
  domain: string;
  /** The domain's own role, password and database. */
  url: string;
}

/** The URL by which a domain reaches its database on an administrator's server; options such as `sslmode` stay. */
export function domainDatabaseUrl(adminUrl: string, domain: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = databaseName(domain);
  url.password = password;
  url.pathname = `/${databaseName(domain)}`;
  return url.href;
}

/** A domain's database and role have the same name. */
export function databaseName(domain: string): string {
  return `kronos_${domain.replaceAll('-', '_')}`;
}

/**
 * Makes the roles and databases that are missing; each role owns its database and enters no other's.
 *
 * @param adminUrl a role that may create roles and databases
 * @returns the domains whose database is new
 * @throws StartError when the server is not reached or refuses
 */
export async function provisionDatabases(
  adminUrl: string,
  databases: readonly DomainDatabase[],
): Promise<string[]> {
  const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await admin.connect();
    const roles = await existing(admin, 'SELECT rolname AS name FROM pg_roles');
    const present = await existing(admin, 'SELECT datname AS name FROM pg_database');
    const missing = databases.filter(({ domain }) => !present.has(databaseName(domain)));

    for (const database of databases) {
      const name = databaseName(database.domain);
      if (!roles.has(name)) await createRole(admin, name, passwordOf(database));
      else if (!missing.includes(database)) await ensurePassword(admin, database);
      else await setPassword(admin, name, passwordOf(database));
    }
    for (const { domain } of missing) await createDatabase(admin, databaseName(domain));
    return missing.map(({ domain }) => domain);
  } catch (error) {
    throw refusal(adminUrl, error);
  } finally {
    await admin.end().catch(() => undefined);
  }
}

/** One sentence for a PostgreSQL that could not be used, naming it without its password. */
export function refusal(url: string, error: unknown): unknown {
  if (error instanceof StartError) return error;
  const { hostname, port, pathname, username } = new URL(url);
  const { message, code, errors } = error as NodeJS.ErrnoException & { errors?: Error[] };
  const reason = message || errors?.[0]?.message || code;
  const server = `${hostname}:${port || 5432}${pathname}`;
  return new StartError(`PostgreSQL at ${server} cannot be used as ${username || 'this user'}: ${reason}.`);
}

async function existing(client: pg.Client, query: string): Promise<Set<string>> {
  const { rows } = await client.query<{ name: string }>(query);
  return new Set(rows.map((row) => row.name));
}

async function createRole(admin: pg.Client, name: string, password: string): Promise<void> {
  await admin.query(`CREATE ROLE ${quote(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
  // Who is not superuser must be a member of a role to give it a database (PostgreSQL 16 and later).
  await admin.query(`GRANT ${quote(name)} TO CURRENT_USER`);
}

async function setPassword(admin: pg.Client, name: string, password: string): Promise<void> {
  await admin.query(`ALTER ROLE ${quote(name)} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
}

// Only when the login fails: another KRONOS_HOME on the same server may use the password that is there.
async function ensurePassword(admin: pg.Client, database: DomainDatabase): Promise<void> {
  const client = new pg.Client({ connectionString: database.url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    // 28P01: invalid password (PostgreSQL's appendix A).
    if ((error as pg.DatabaseError).code !== '28P01') throw error;
    await setPassword(admin, databaseName(database.domain), passwordOf(database));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`CREATE DATABASE ${quote(name)} OWNER ${quote(name)}`);
  await admin.query(`REVOKE ALL ON DATABASE ${quote(name)} FROM PUBLIC`);
}

function passwordOf({ url }: DomainDatabase): string {
  return decodeURIComponent(new URL(url).password);
}

function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

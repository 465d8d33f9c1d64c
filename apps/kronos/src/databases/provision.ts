import { directUrl } from '@kronos/service/direct-url';
import { StartError } from '@kronos/service/run-service';
import { scramVerifier } from '@kronos/service/scram-verifier';
import pg from 'pg';

/** Where a domain's database is, or is to be. */
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
 * Makes the roles and databases that are missing, as their URLs name them; each role owns its database and enters no
 * other's.
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
    const created: string[] = [];
    for (const { domain, url } of databases) {
      const { role, password, database } = namesIn(url);
      const isMissing = !present.has(database);
      if (!roles.has(role)) await createRole(admin, role, password);
      else if (isMissing) await setPassword(admin, role, password);
      else await ensurePassword(admin, url);
      if (!isMissing) continue;
      await createDatabase(admin, database, role);
      created.push(domain);
    }
    return created;
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

/** A password as a literal that tells it to nobody who reads the server's logs. */
export function sentAs(password: string): string {
  return pg.escapeLiteral(scramVerifier(password));
}

async function createRole(admin: pg.Client, name: string, password: string): Promise<void> {
  await admin.query(`CREATE ROLE ${quote(name)} LOGIN PASSWORD ${sentAs(password)}`);
  // Who is not superuser must be a member of a role to give it a database (PostgreSQL 16 and later).
  await admin.query(`GRANT ${quote(name)} TO CURRENT_USER`);
}

async function setPassword(admin: pg.Client, name: string, password: string): Promise<void> {
  await admin.query(`ALTER ROLE ${quote(name)} LOGIN PASSWORD ${sentAs(password)}`);
}

// Only when the login fails: another KRONOS_HOME on the same server may use the password that is there.
async function ensurePassword(admin: pg.Client, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: directUrl(url), connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    // 28P01: invalid password (PostgreSQL's appendix A).
    if ((error as pg.DatabaseError).code !== '28P01') throw error;
    const { role, password } = namesIn(url);
    await setPassword(admin, role, password);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(admin: pg.Client, name: string, owner: string): Promise<void> {
  await admin.query(`CREATE DATABASE ${quote(name)} OWNER ${quote(owner)}`);
  await admin.query(`REVOKE ALL ON DATABASE ${quote(name)} FROM PUBLIC`);
}

function namesIn(url: string): { role: string; password: string; database: string } {
  const { username, password, pathname } = new URL(url);
  const role = decodeURIComponent(username);
  return {
    role,
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)) || role,
  };
}

function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

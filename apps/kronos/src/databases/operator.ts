import pg from 'pg';
import { type DomainDatabase, refusal, sentAs } from './provision.ts';

const operatorName = 'kronos_operator';

/** The URL by which the database domain looks after all databases of an administrator's server. */
export function operatorUrl(adminUrl: string, password: string): string {
  const url = new URL(adminUrl);
  url.username = operatorName;
  url.password = password;
  url.pathname = '/postgres';
  return url.href;
}

/**
 * Makes the role that the database domain works with, and lets it in everywhere: it is a member of each domain's role (to
 * back up, restore, migrate and to lend access), makes the roles that it lends and the databases that it restores into,
 * and sees what the server is doing. It is no superuser: it can change nothing but these databases.
 *
 * @param adminUrl a role that may create roles and databases
 * @param url of the operator, with its password
 * @param databases those of the domains, whose roles exist
 * @throws StartError when the server is not reached or refuses
 */
export async function provisionOperator(
  adminUrl: string,
  url: string,
  databases: readonly DomainDatabase[],
): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await admin.connect();
    const { username, password } = new URL(url);
    const name = decodeURIComponent(username);
    await writeRole(admin, name, decodeURIComponent(password));
    const operator = pg.escapeIdentifier(name);
    for (const { url: databaseUrl } of databases) {
      const role = pg.escapeIdentifier(decodeURIComponent(new URL(databaseUrl).username));
      await admin.query(`GRANT ${role} TO ${operator} WITH INHERIT TRUE, SET TRUE`);
    }
    await ifAllowed(admin.query(`GRANT pg_monitor, pg_signal_backend TO ${operator}`));
  } catch (error) {
    throw refusal(adminUrl, error);
  } finally {
    await admin.end().catch(() => undefined);
  }
  await collectStatements(adminUrl);
}

async function writeRole(admin: pg.Client, name: string, password: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  const role = pg.escapeIdentifier(name);
  await admin.query(`${verb} ROLE ${role} LOGIN CREATEROLE CREATEDB PASSWORD ${sentAs(password)}`);
}

/** Lets slow statements be seen, where the server counts them. */
async function collectStatements(adminUrl: string): Promise<void> {
  const url = Object.assign(new URL(adminUrl), { pathname: '/postgres' }).href;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await ifAllowed(client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements'));
  } catch (error) {
    throw refusal(adminUrl, error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A managed server's administrator may not do everything; what is missing then, the database domain says. */
async function ifAllowed(work: Promise<unknown>): Promise<void> {
  // 42501: insufficient privilege, 58P01 and 0A000: the extension is not there (PostgreSQL's appendix A).
  await work.catch((error: pg.DatabaseError) => {
    if (!['42501', '58P01', '0A000'].includes(error.code ?? '')) throw error;
  });
}

import pg from 'pg';
import type { OpenDatabase } from '../databases.ts';
import { withOperator } from './lease-role.ts';

/**
 * Lets only the domain's own role, and those that are let in by name, into a domain's database. PostgreSQL lets everybody
 * into every new one, and a lease is for one database alone.
 *
 * @throws an Error when the operator may not do so: nothing can be leased on that server then
 */
export async function closeToStrangers(database: OpenDatabase): Promise<void> {
  await withOperator(database, async (client) => {
    const name = pg.escapeIdentifier(decodeURIComponent(new URL(database.url).pathname.slice(1)));
    const owner = pg.escapeIdentifier(decodeURIComponent(new URL(database.ownUrl).username));
    if (!(await isOpen(client))) return;
    await client.query(`BEGIN;
      GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${owner};
      REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
      COMMIT`);
    // Who may not revoke is told so by a warning only.
    if (await isOpen(client)) throw new Error(`The database of ${database.domain} is open to every role.`);
  });
}

async function isOpen(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ is_open: boolean }>(
    // Without a list, everybody has the rights that PostgreSQL gives by itself; 0 stands for everybody in a list.
    `SELECT datacl IS NULL OR EXISTS (SELECT 1 FROM aclexplode(datacl) WHERE grantee = 0) AS is_open
     FROM pg_database WHERE datname = current_database()`,
  );
  return rows[0]!.is_open;
}

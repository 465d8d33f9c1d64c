import { notFound } from '@kronos/subgraph';
import type pg from 'pg';
import type { Databases, OpenDatabase } from '../databases.ts';
import { withOperator } from '../leases/lease-role.ts';

/** Looking must not cost a database more than this. */
const timeout = '10s';

/**
 * Reads of a domain's database, or of all of them, in the order of the domains; nothing is changed by it.
 *
 * @param domain all, when omitted
 * @throws NOT_FOUND for a domain that is not here
 */
export async function lookInto<Row>(
  databases: Databases,
  domain: string | null | undefined,
  read: (client: pg.ClientBase, database: OpenDatabase) => Promise<Row[]>,
): Promise<Row[]> {
  const one = domain != null ? databases.get(domain) : undefined;
  if (domain != null && !one) throw notFound('There is no such domain here.');
  const found = await Promise.all(
    (one ? [one] : databases.all).map((database) =>
      withOperator(database, async (client) => {
        await client.query(`BEGIN READ ONLY; SET LOCAL statement_timeout = '${timeout}'`);
        const rows = await read(client, database);
        await client.query('COMMIT');
        return rows;
      }),
    ),
  );
  return found.flat();
}

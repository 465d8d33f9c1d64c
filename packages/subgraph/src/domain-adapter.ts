import { BoundedMap, leadsThroughPgBouncer } from '@kronos/service';
import { PrismaPg } from '@prisma/adapter-pg';

/** Connections of a process to a domain's database. */
const connections = 5;
/** A server keeps what it has prepared for as long as a connection lasts. */
const maxPrepared = 200;
/** Statements with lists come in every length: what is met this often is worth being kept. */
const worthwhile = 3;

/**
 * What a Prisma client of a domain reaches its database through. PostgreSQL prepares each frequent statement once on a
 * connection: planning it anew took a quarter of a short query's time.
 *
 * @param databaseUrl with `pgbouncer=true` nothing is prepared, since in its transaction mode the next statement may meet
 *   another connection
 */
export function domainAdapter(databaseUrl: string): PrismaPg {
  const isPooled = leadsThroughPgBouncer(databaseUrl);
  const names = statementNames();
  return new PrismaPg(
    { connectionString: databaseUrl, max: connections },
    isPooled ? {} : { statementNameGenerator: ({ sql }) => names(sql) as string },
  );
}

/** Gives frequent statements a name by which a server remembers them; undefined for the others. */
export function statementNames(): (sql: string) => string | undefined {
  const names = new Map<string, string>();
  const met = new BoundedMap<string, number>(1_000);
  return (sql) => {
    const known = names.get(sql);
    if (known || names.size >= maxPrepared) return known;
    const times = (met.get(sql) ?? 0) + 1;
    met.set(sql, times);
    if (times < worthwhile) return undefined;
    const name = `kronos-${names.size}`;
    names.set(sql, name);
    return name;
  };
}

import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { openSession } from './session.ts';
import { inDatabase } from './target.ts';

/** What stands beside a database that is not finished: whoever finds it without its maker drops it. */
const unfinished = 'kronos: unfinished';

/** PostgreSQL cuts names after this many bytes. */
const nameBytes = 63;

/** A database that is being made. Unless it is kept, it is dropped at the end of the scope. */
export interface NewDatabase extends AsyncDisposable {
  name: string;
  url: string;
  /** From now on it stays. */
  keep(): Promise<void>;
}

/**
 * Makes a database whose maker may die at any moment: the next one clears it away.
 *
 * @param url of the operator, whatever its database
 * @param wanted its name, which is cut to what PostgreSQL takes and gets an end of its own
 * @throws DatabaseError when the user may not make databases
 */
export async function makeDatabase(url: string, wanted: string, owner: string): Promise<NewDatabase> {
  await using opened = new AsyncDisposableStack();
  const operator = opened.use(await openSession(inDatabase(url, 'postgres')));
  await dropUnfinished(operator);
  const end = `_${new Date().toISOString().slice(0, 19).replaceAll(/\D/g, '')}_${randomBytes(2).toString('hex')}`;
  const name = `${wanted.slice(0, nameBytes - end.length)}${end}`;
  const identifier = operator.escapeIdentifier(name);
  // The lock lives as long as this connection, and says that there is somebody who makes it.
  await operator.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name]);
  await operator.query(
    `CREATE DATABASE ${identifier} OWNER ${operator.escapeIdentifier(owner)} TEMPLATE template0`,
  );
  let isKept = false;
  opened.defer(async () => {
    if (!isKept) await operator.query(`DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`);
  });
  await operator.query(`COMMENT ON DATABASE ${identifier} IS ${operator.escapeLiteral(unfinished)}`);
  await operator.query(`REVOKE ALL ON DATABASE ${identifier} FROM PUBLIC`);
  const everything = opened.move();
  return {
    name,
    url: inDatabase(url, name),
    async keep() {
      await operator.query(`COMMENT ON DATABASE ${identifier} IS NULL`);
      isKept = true;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** Drops the databases that somebody began and did not live to finish. */
export async function dropUnfinished(operator: pg.Client): Promise<void> {
  const { rows } = await operator.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE shobj_description(oid, 'pg_database') = $1",
    [unfinished],
  );
  for (const { name } of rows) {
    const { rows: locks } = await operator.query<{ free: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS free',
      [name],
    );
    if (!locks[0]!.free) continue;
    await operator.query(`DROP DATABASE IF EXISTS ${operator.escapeIdentifier(name)} WITH (FORCE)`);
    await operator.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]);
  }
}

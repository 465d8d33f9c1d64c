import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { openSession } from './session.ts';
import { inDatabase } from './target.ts';

/**
 * Puts a database into the place of another, in one transaction: at every moment there is one of the name, the old or the new.
 * Who is connected to the old one is cut off, and finds the new one when they connect again.
 *
 * @param url of the operator
 * @returns the name of the old one, which stays; null when there was none
 * @throws DatabaseError when the old one has a transaction that is prepared; nothing has changed then
 */
export async function swapDatabase(url: string, name: string, restored: string): Promise<string | null> {
  const maintenance = inDatabase(url, 'postgres');
  await using renaming = await openSession(maintenance);
  const isThere = await exists(renaming, name);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(/\D/g, '');
  const replaced = `${name.slice(0, 63 - stamp.length - '_replaced_'.length)}_replaced_${stamp}`;
  const id = (text: string) => renaming.escapeIdentifier(text);
  await renaming.query('BEGIN');
  if (isThere) {
    await using ending = await openSession(maintenance);
    // The renaming locks the database against newcomers, then waits for those who are in it to leave.
    const rename = renaming.query(`ALTER DATABASE ${id(name)} RENAME TO ${id(replaced)}`);
    await whileWorking(rename, () => endConnections(ending, name));
  }
  await renaming.query(`ALTER DATABASE ${id(restored)} RENAME TO ${id(name)}`);
  await renaming.query('COMMIT');
  return isThere ? replaced : null;
}

/** Drops what earlier restores have put aside of a database, but for the one named. */
export async function dropReplaced(url: string, name: string, except: string | null): Promise<void> {
  await using client = await openSession(inDatabase(url, 'postgres'));
  const { rows } = await client.query<{ name: string }>(
    "SELECT datname AS name FROM pg_database WHERE datname ~ ('^' || $1 || '_replaced_[0-9]{14}$') AND datname <> $2",
    [name.slice(0, 63 - 24).replaceAll(/[^\w]/g, '.'), except ?? ''],
  );
  for (const { name: old } of rows)
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(old)} WITH (FORCE)`);
}

async function exists(client: pg.Client, name: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  return rowCount !== 0;
}

async function whileWorking(work: Promise<unknown>, again: () => Promise<void>): Promise<void> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) {
    await again();
    await Promise.race([over, delay(50)]);
  }
  await over;
}

async function endConnections(client: pg.Client, name: string): Promise<void> {
  await client.query(
    // The server's own workers leave by themselves, and a superuser's session only a superuser may end.
    `SELECT pg_terminate_backend(activity.pid)
     FROM pg_stat_activity activity JOIN pg_roles who ON who.oid = activity.usesysid
       JOIN pg_roles ours ON ours.rolname = current_user
     WHERE activity.datname = $1 AND activity.pid <> pg_backend_pid()
       AND activity.backend_type = 'client backend' AND (ours.rolsuper OR NOT who.rolsuper)`,
    [name],
  );
}

/** What `direct` in a PostgreSQL URL looks like. */
const address = /^(\[[0-9a-f:]+\]|[\w.-]+)(:\d{1,5})?$/i;

/**
 * The URL of the server itself, where a URL leads to it through a pgBouncer. In its transaction mode a session is nobody's
 * own: for LISTEN, for locks that outlast a transaction, for migrations, backups and roles there is no way but the direct one.
 * Such a URL says `pgbouncer=true` and, by `direct=host:port`, where the server is; database, role and password are the same.
 *
 * @param databaseUrl given back as it is when it does not lead through a pgBouncer
 */
export function directUrl(databaseUrl: string): string {
  if (!leadsThroughPgBouncer(databaseUrl)) return databaseUrl;
  const url = new URL(databaseUrl);
  const direct = url.searchParams.get('direct');
  if (!direct) throw new Error('A URL with pgbouncer=true needs direct=host:port.');
  url.searchParams.delete('pgbouncer');
  url.searchParams.delete('direct');
  url.port = '';
  url.host = direct;
  return url.href;
}

/** Whether a URL says that there is a pgBouncer between. */
export function leadsThroughPgBouncer(databaseUrl: string): boolean {
  return new URL(databaseUrl).searchParams.get('pgbouncer') === 'true';
}

/** Whether a URL that leads through a pgBouncer says where the server itself is. */
export function knowsItsServer(databaseUrl: string): boolean {
  if (!leadsThroughPgBouncer(databaseUrl)) return true;
  return address.test(new URL(databaseUrl).searchParams.get('direct') ?? '');
}

/** Whether two URLs lead to the same server, through a pgBouncer or not: by its name and port. */
export function areOnOneServer(databaseUrl: string, otherUrl: string): boolean {
  return serverOf(databaseUrl) === serverOf(otherUrl);
}

function serverOf(databaseUrl: string): string {
  const { hostname, port } = new URL(directUrl(databaseUrl));
  return `${hostname}:${port || 5432}`;
}

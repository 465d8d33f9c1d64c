import { directUrl } from '@kronos/service/direct-url';

/** A domain's database, and who may copy it. */
export interface BackupTarget {
  domain: string;
  /** A member of the role that owns the database, connected to it: the operator, or that role itself. */
  url: string;
  /** The role that owns the database. */
  owner: string;
}

/**
 * The target of a domain.
 *
 * @param operatorUrl the operator's, whatever database it names; the domain's own role copies when it is omitted
 */
export function backupTarget(domain: string, url: string, operatorUrl?: string): BackupTarget {
  const { username } = new URL(url);
  const owner = decodeURIComponent(username);
  const direct = directUrl(url);
  if (!operatorUrl) return { domain, url: direct, owner };
  const operator = new URL(operatorUrl);
  const asOperator = Object.assign(new URL(direct), {
    username: operator.username,
    password: operator.password,
  });
  return { domain, url: asOperator.href, owner };
}

/** The name of a target's database. */
export function databaseOf({ url }: { url: string }): string {
  return decodeURIComponent(new URL(url).pathname.slice(1));
}

/** The same server and user, and another database. */
export function inDatabase(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${encodeURIComponent(database)}` }).href;
}

import { isIPv6 } from 'node:net';

/** Who spends points. */
export interface Subject {
  /** The client application, by its UUID; null for none. */
  client: { id: string } | null;
  /** The person, by their TypeID; null when nobody is logged in. */
  viewer: { userId: string } | null;
  /** The address that the request came from; undefined when the caller has gone meanwhile, whose address Node no longer knows. */
  address: string | undefined;
}

/**
 * The name under which points are spent and counted: `client:<uuid>`, else `user:<typeid>`, else `address:<address>`. Of
 * an IPv6 address the first 64 bits count, because one machine has all of what follows.
 */
export function subjectOf({ client, viewer, address }: Subject): string {
  if (client) return `client:${client.id}`;
  if (viewer) return `user:${viewer.userId}`;
  return `address:${networkOf(address ?? 'unknown')}`;
}

function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(bare);
  if (mapped) return mapped[1]!;
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = bare.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail ? tail.split(':') : [];
  // An address written with its last four bytes in decimal has one group less.
  const length = bare.includes('.') ? 7 : 8;
  const zeros =
    tail === undefined ? [] : Array.from({ length: length - first.length - last.length }, () => '0');
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

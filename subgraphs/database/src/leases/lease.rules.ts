import type { ConnectionLease, LeasePolicy } from '@kronos/prisma-database';
import { type RequestContext, type Service, scopesOf, userFaults } from '@kronos/subgraph';
import { fault } from '../faults.ts';

export type LeaseStatus = 'ACTIVE' | 'RELEASED' | 'EXPIRED';

/** What has become of a lease. One whose time is over has expired, whether it has been swept or not. */
export function leaseStatus(
  { end, expiresAt }: Pick<ConnectionLease, 'end' | 'expiresAt'>,
  now: Date,
): LeaseStatus {
  return end ?? (expiresAt > now ? 'ACTIVE' : 'EXPIRED');
}

type Caller = Pick<RequestContext, 'viewer' | 'service'>;

/** Whether the caller looks after all leases. */
export function isDatabaseAdmin(caller: Caller): boolean {
  return scopesOf(caller)?.has('database:admin') ?? false;
}

/** Whether a lease is the caller's to see and to end. */
export function mayUse(caller: Caller, lease: Pick<ConnectionLease, 'clientId' | 'userId'>): boolean {
  const { viewer, service } = caller;
  if (isDatabaseAdmin(caller)) return true;
  if (service) return lease.clientId === service.clientId;
  return viewer !== null && lease.userId === viewer.userId;
}

/** Databases from which nothing is lent: who may log in, and who has which lease. */
const neverLent = new Set(['auth', 'database']);

/** Whether connections to a domain's database are lent at all. */
export function isLent(domain: string): boolean {
  return !neverLent.has(domain);
}

/** Somebody wants a connection in the name of a service. */
export interface LeaseWish {
  /** What the service of that name may lease. */
  policies: readonly Pick<LeasePolicy, 'clientId' | 'domain' | 'operations'>[];
  /** Whether the caller looks after all databases, and is bound to no policy. */
  isAdmin: boolean;
  /** Absent for a person. */
  service?: Pick<Service, 'clientId'>;
  operation: 'READ' | 'WRITE';
  /** The only one that the service may lease, when omitted. */
  wanted?: string | null;
}

/**
 * The domain to whose database a connection is leased.
 *
 * @throws UserFaults with FORBIDDEN for what no policy allows, and REQUIRED when several are allowed and none is named
 */
export function chooseDomain({ policies, isAdmin, service, operation, wanted }: LeaseWish): string {
  const own = policies.filter(({ clientId }) => isAdmin || !service || clientId === service.clientId);
  const allowed = own.filter(({ operations }) => isAdmin || operations.includes(operation));
  const domain = wanted ?? onlyOne(allowed.map((policy) => policy.domain));
  if (domain === undefined && (allowed.length > 0 || isAdmin))
    return userFaults(fault('REQUIRED', 'Say to which domain’s database.', ['input', 'domain']));
  const isAllowed = isAdmin || allowed.some((policy) => policy.domain === domain);
  if (domain !== undefined && isAllowed && isLent(domain)) return domain;
  return userFaults(fault('FORBIDDEN', 'The policy does not allow this service such a connection.'));
}

function onlyOne(domains: readonly string[]): string | undefined {
  return domains.length === 1 ? domains[0] : undefined;
}

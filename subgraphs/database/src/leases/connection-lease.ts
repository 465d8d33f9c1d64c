import { connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { ConnectionLeaseResolvers, QueryResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { type LeaseStatus, leaseStatus, mayUse } from './lease.rules.ts';

/** A lease, for who has it and for administrators. */
export const connectionLease: QueryResolvers<Context>['connectionLease'] = async (
  _parent,
  { id },
  context,
) => {
  const lease = await context.loaders.connectionLease.load(decodeId('connection_lease', id));
  return lease && mayUse(context, lease) ? lease : null;
};

/** Leases in pages, newest first. */
export const connectionLeases: QueryResolvers<Context>['connectionLeases'] = (
  _parent,
  { filter, ...args },
  { db },
) => {
  const { serviceName, domain, status } = filter ?? {};
  return connection({
    delegate: db.connectionLease,
    args,
    where: {
      ...(serviceName != null && { serviceName }),
      ...(domain != null && { domain }),
      ...(status != null && whereStatus[status](new Date())),
    },
    orderBy: [{ field: 'acquiredAt', direction: 'DESC' }],
  });
};

const whereStatus: Record<LeaseStatus, (now: Date) => object> = {
  ACTIVE: (now) => ({ endedAt: null, expiresAt: { gt: now } }),
  RELEASED: () => ({ end: 'RELEASED' }),
  EXPIRED: (now) => ({ OR: [{ end: 'EXPIRED' }, { endedAt: null, expiresAt: { lte: now } }] }),
};

export const ConnectionLease: ConnectionLeaseResolvers<Context> = {
  async __resolveReference({ id }, context) {
    const leaseId = tryDecodeId('connection_lease', id);
    const lease = leaseId && (await context.loaders.connectionLease.load(leaseId));
    return lease && mayUse(context, lease) ? lease : null;
  },
  id: ({ id }) => encodeId('connection_lease', id),
  databaseType: () => 'POSTGRESQL',
  operationType: ({ operation }) => operation,
  status: (lease) => leaseStatus(lease, new Date()),
  releasedAt: ({ end, endedAt }) => (end === 'RELEASED' ? endedAt : null),
  durationMs: (lease) =>
    Math.min(lease.endedAt?.getTime() ?? Date.now(), lease.expiresAt.getTime()) - lease.acquiredAt.getTime(),
};

import { decodeId, mutation, userFaults } from '@kronos/subgraph';
import type { MutationResolvers } from '../__generated__/types.ts';
import type { Context } from '../context.ts';
import { fault } from '../faults.ts';
import { mayUse } from './lease.rules.ts';

/** Ends a lease. One that has ended is answered as it ended: who did not hear the first answer asks again. */
export const connectionRelease: MutationResolvers<Context>['connectionRelease'] = mutation(
  async (_parent, { input }, context) => {
    const id = decodeId('connection_lease', input.leaseId);
    const lease = await context.db.connectionLease.findUnique({ where: { id } });
    const { serviceName = lease?.serviceName } = input;
    // Said of what does not exist and of what is another's, in the same words.
    if (!lease || !mayUse(context, lease) || serviceName !== lease.serviceName)
      return userFaults(fault('NOT_FOUND', 'There is no such lease.', ['input', 'leaseId']));
    return { lease: await context.leases.end(lease, 'RELEASED') };
  },
);

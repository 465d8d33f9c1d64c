import { notFound, subscription } from '@kronos/subgraph';
import type { Context } from './context.ts';

/** New connection leases, as they come. */
export const connectionLeaseCreated = subscription(
  {
    domain: 'database',
    names: ['connectionLeaseCreated'],
    resolve: async ({ payload }, _args: object, { loaders }: Context) => {
      const connectionLease = await loaders.connectionLease.load(payload.connectionLeaseId);
      if (!connectionLease) throw notFound('There is no connection lease of this id any more.');
      return { connectionLease };
    },
  },
  ({ log }) => log,
);

import type { Resolvers } from './__generated__/types.ts';
import { connectionLeaseCreate } from './connection-lease.create.ts';
import { connectionLeaseCreated } from './connection-lease.created.ts';
import { ConnectionLease, connectionLease, connectionLeases } from './connection-lease.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { connectionLease, connectionLeases },
  Mutation: { connectionLeaseCreate },
  Subscription: { connectionLeaseCreated },
  ConnectionLease,
};

import { connection, decodeId, encodeId, toWhere, tryDecodeId } from '@kronos/subgraph';
import type {
  ConnectionLeaseOrderField,
  ConnectionLeaseResolvers,
  QueryResolvers,
} from './__generated__/types.ts';

/** One connection lease. */
export const connectionLease: QueryResolvers['connectionLease'] = (_parent, { id }, { loaders }) =>
  loaders.connectionLease.load(decodeId('connection_lease', id));

/** Connection leases in pages. */
export const connectionLeases: QueryResolvers['connectionLeases'] = (
  _parent,
  { filter, orderBy, ...args },
  { db },
) =>
  connection({
    delegate: db.connectionLease,
    args,
    where: toWhere(filter, { name: 'name', createdAt: 'createdAt' }),
    orderBy: orderBy?.map(({ field, direction }) => ({
      field: columns[field],
      direction: direction ?? 'ASC',
    })) ?? [{ field: 'createdAt', direction: 'DESC' }],
  });

export const ConnectionLease: ConnectionLeaseResolvers = {
  __resolveReference: ({ id }, { loaders }) => {
    const connectionLeaseId = tryDecodeId('connection_lease', id);
    return connectionLeaseId ? loaders.connectionLease.load(connectionLeaseId) : null;
  },
  id: ({ id }) => encodeId('connection_lease', id),
};

const columns: Record<ConnectionLeaseOrderField, string> = { CREATED_AT: 'createdAt', NAME: 'name' };

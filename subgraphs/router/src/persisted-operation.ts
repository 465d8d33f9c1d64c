import type { PersistedOperation as OperationRow, Prisma } from '@kronos/prisma-router';
import { type Connection, connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { PersistedOperationResolvers, QueryResolvers } from './__generated__/types.ts';
import { mayReadRules } from './access.rules.ts';

/** Stored operations in pages; those that nobody uses, when asked for. */
export const persistedOperations: QueryResolvers['persistedOperations'] = (
  _parent,
  { clientId, unusedSince, ...args },
  { db },
): Promise<Connection<OperationRow>> =>
  connection({
    delegate: db.persistedOperation,
    args,
    where: {
      ...(clientId !== undefined && {
        clientApplicationId: clientId === null ? null : decodeId('client_application', clientId),
      }),
      ...(unusedSince && unused(unusedSince)),
    },
    orderBy: [{ field: 'name', direction: 'ASC' }],
  });

/** One stored operation. */
export const persistedOperation: QueryResolvers['persistedOperation'] = (_parent, { id }, { loaders }) =>
  loaders.persistedOperation.load(decodeId('persisted_operation', id));

export const PersistedOperation: PersistedOperationResolvers = {
  __resolveReference: ({ id }, { loaders, viewer }) => {
    const operationId = mayReadRules(viewer) && tryDecodeId('persisted_operation', id);
    return operationId ? loaders.persistedOperation.load(operationId) : null;
  },
  id: ({ id }) => encodeId('persisted_operation', id),
  client: ({ clientApplicationId }, _args, { loaders }) =>
    clientApplicationId ? loaders.clientApplication.load(clientApplicationId) : null,
};

function unused(since: Date): Prisma.PersistedOperationWhereInput {
  return {
    createdAt: { lt: since },
    OR: [{ lastUsedAt: null }, { lastUsedAt: { lt: since } }],
  };
}

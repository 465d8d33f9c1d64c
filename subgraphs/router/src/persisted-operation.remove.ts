import { mutation, userFaults } from '@kronos/subgraph';
import type { MutationPersistedOperationRemoveArgs } from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import type { Context } from './context.ts';
import { fault, noSuchOperation, orFault } from './faults.ts';
import { load } from './load.ts';

const inUse = fault(
  'CONFLICT',
  'Routes are answered by this operation: give them another one first, disabled ones too.',
  ['id'],
);

/** Removes an operation by which no route is answered. */
export const persistedOperationRemove = mutation(
  async (_parent: unknown, { id }: MutationPersistedOperationRemoveArgs, { db, loaders }: Context) => {
    const operation = await load(loaders.persistedOperation, 'persisted_operation', id);
    if (!operation) return userFaults(noSuchOperation(['id']));
    const write = db.$transaction(async (tx) => {
      await announceRules(tx, 'OPERATION');
      return tx.persistedOperation.deleteMany({ where: { id: operation.id } });
    });
    const { count } = await orFault(write, { reference: inUse });
    if (count === 0) return userFaults(noSuchOperation(['id']));
    loaders.persistedOperation.clear(operation.id);
    return { persistedOperation: operation };
  },
);

import { setImmediate } from 'node:timers/promises';
import type { PersistedOperation } from '@kronos/prisma-router';
import { mutation, newId, type UserFault, userFaults } from '@kronos/subgraph';
import type { GraphQLSchema } from 'graphql';
import type {
  MutationPersistedOperationPublishArgs,
  MutationPersistedOperationsPublishArgs,
  PersistedOperationInput,
} from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import type { Context } from './context.ts';
import { fault, noSuchClient } from './faults.ts';
import { load } from './load.ts';
import { type CheckedOperation, checkOperation } from './persisted-operation.check.ts';

const mostAtOnce = 1_000;

/** Stores one operation. */
export const persistedOperationPublish = mutation(
  async (_parent: unknown, { input }: MutationPersistedOperationPublishArgs, context: Context) => {
    const clientApplicationId = await readClient(input.clientId, context);
    const checked = checkOperation(input, context.graph.require().schema, ['input']);
    if (Array.isArray(checked)) return userFaults(checked);
    const { stored } = await store([checked], clientApplicationId, context);
    return { persistedOperation: stored.get(checked.hash)! };
  },
);

/** Stores the operations of a manifest: all, or none when one of them is wrong. */
export const persistedOperationsPublish = mutation(
  async (_parent: unknown, { input }: MutationPersistedOperationsPublishArgs, context: Context) => {
    const { operations } = input;
    if (operations.length === 0 || operations.length > mostAtOnce) {
      const message = `Give 1 to ${mostAtOnce} operations, not ${operations.length}.`;
      return userFaults(fault('INVALID', message, ['input', 'operations']));
    }
    const clientApplicationId = await readClient(input.clientId, context);
    const checked = await checkAll(operations, context.graph.require().schema);
    const { stored, storedCount } = await store(checked, clientApplicationId, context);
    return { persistedOperations: checked.map(({ hash }) => stored.get(hash)!), storedCount };
  },
);

/** The client that operations are stored for, as a UUID; null for everybody. */
async function readClient(id: string | null | undefined, { loaders }: Context): Promise<string | null> {
  if (!id) return null;
  const client = await load(loaders.clientApplication, 'client_application', id);
  return client ? client.id : userFaults(noSuchClient(['input', 'clientId']));
}

async function checkAll(
  operations: readonly PersistedOperationInput[],
  schema: GraphQLSchema,
): Promise<CheckedOperation[]> {
  const checked: CheckedOperation[] = [];
  const faults: UserFault[] = [];
  for (const [index, operation] of operations.entries()) {
    const outcome = checkOperation(operation, schema, ['input', 'operations', String(index)]);
    if (Array.isArray(outcome)) faults.push(...outcome);
    else checked.push(outcome);
    // A thousand at once would hold up whatever else this process has to answer.
    await setImmediate();
  }
  return faults.length > 0 ? userFaults(faults) : checked;
}

/** Stores what is not stored yet. */
async function store(
  checked: readonly CheckedOperation[],
  clientApplicationId: string | null,
  { db }: Context,
): Promise<{ stored: Map<string, PersistedOperation>; storedCount: number }> {
  // One document may stand in a manifest twice.
  const operations = [...new Map(checked.map((operation) => [operation.hash, operation])).values()];
  const rows = operations.map((operation) => ({ id: newId(), clientApplicationId, ...operation }));
  const storedCount = await db.$transaction(async (tx) => {
    const { count } = await tx.persistedOperation.createMany({ data: rows, skipDuplicates: true });
    if (count > 0) await announceRules(tx, 'OPERATION');
    return count;
  });
  const found = await db.persistedOperation.findMany({
    where: { hash: { in: operations.map(({ hash }) => hash) }, clientApplicationId },
  });
  return { stored: new Map(found.map((operation) => [operation.hash, operation])), storedCount };
}

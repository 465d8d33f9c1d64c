import { appendToOutbox } from '@kronos/events';
import { mutation, newId, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationConnectionLeaseCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';

const connectionLeaseValues = z.object({
  name: z.string().trim().min(1, 'A name is needed.').max(200, 'A name has at most 200 characters.'),
});

/** Makes a connection lease and announces it. */
export const connectionLeaseCreate = mutation(
  async (_parent: unknown, { input }: MutationConnectionLeaseCreateArgs, { db }: Context) => {
    const values = validInput(connectionLeaseValues, input);
    const connectionLease = await db.$transaction(async (tx) => {
      const connectionLease = await tx.connectionLease.create({ data: { id: newId(), ...values } });
      await appendToOutbox(tx, 'connectionLeaseCreated', { connectionLeaseId: connectionLease.id });
      return connectionLease;
    });
    return { connectionLease };
  },
);

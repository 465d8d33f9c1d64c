import { mutation, tryDecodeId, userFaults } from '@kronos/subgraph';
import { GraphQLError } from 'graphql';
import type { MutationClientKeyRotateArgs } from './__generated__/types.ts';
import { announceRules } from './announce.ts';
import { createKey } from './client-key.ts';
import type { Context } from './context.ts';
import { milliseconds } from './duration.rules.ts';
import { fault, noSuchClient } from './faults.ts';

const longestGraceDays = 90;

/** Makes another key for an application, and lets those before it run out. */
export const clientKeyRotate = mutation(
  async (_parent: unknown, { id, gracePeriod }: MutationClientKeyRotateArgs, { db, loaders }: Context) => {
    const clientApplicationId = tryDecodeId('client_application', id);
    if (!clientApplicationId) return userFaults(noSuchClient(['id']));
    const graceMs = readGrace(gracePeriod ?? 'P1D');
    const { secret, row } = createKey();

    const clientApplication = await db.$transaction(async (tx) => {
      // One rotation after the other, so that no key is overlooked.
      await tx.$executeRaw`SELECT 1 FROM client_application WHERE id = ${clientApplicationId}::uuid FOR NO KEY UPDATE`;
      const client = await tx.clientApplication.findUnique({ where: { id: clientApplicationId } });
      if (!client) return userFaults(noSuchClient(['id']));
      const now = new Date();
      const end = new Date(now.getTime() + graceMs);
      await tx.clientKey.deleteMany({ where: { clientApplicationId, expiresAt: { lte: now } } });
      await tx.clientKey.updateMany({
        where: { clientApplicationId, OR: [{ expiresAt: null }, { expiresAt: { gt: end } }] },
        data: { expiresAt: end },
      });
      await tx.clientKey.create({ data: { ...row, clientApplicationId } });
      await announceRules(tx, 'CLIENT');
      return client;
    });
    loaders.clientApplication.clear(clientApplicationId);
    return { clientApplication, secret };
  },
);

function readGrace(gracePeriod: string): number {
  try {
    return milliseconds(gracePeriod, longestGraceDays);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return userFaults(fault('INVALID', error.message, ['gracePeriod']));
  }
}

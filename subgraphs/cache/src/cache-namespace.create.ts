import { appendToOutbox } from '@kronos/events';
import { mutation, newId, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationCacheNamespaceCreateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';

const cacheNamespaceValues = z.object({
  name: z.string().trim().min(1, 'A name is needed.').max(200, 'A name has at most 200 characters.'),
});

/** Makes a cache namespace and announces it. */
export const cacheNamespaceCreate = mutation(
  async (_parent: unknown, { input }: MutationCacheNamespaceCreateArgs, { db }: Context) => {
    const values = validInput(cacheNamespaceValues, input);
    const cacheNamespace = await db.$transaction(async (tx) => {
      const cacheNamespace = await tx.cacheNamespace.create({ data: { id: newId(), ...values } });
      await appendToOutbox(tx, 'cacheNamespaceCreated', { cacheNamespaceId: cacheNamespace.id });
      return cacheNamespace;
    });
    return { cacheNamespace };
  },
);

import type { Prisma } from '@kronos/prisma-projects';
import { mutation, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { type Context, viewerOf } from './context.ts';
import { parameters } from './inputs.ts';

const preferencesSchema = z.object({ parameters });

/** What a person wants all their animations to be like. */
export async function preferencesOf(userId: string, { db }: Context) {
  const row = await db.preferences.findUnique({ where: { userId } });
  return toGraph(row);
}

export const generationPreferencesUpdate: MutationResolvers['generationPreferencesUpdate'] = mutation(
  async (_parent, { input }, context) => {
    const { userId } = viewerOf(context);
    const values = validInput(preferencesSchema, input) as { parameters: Prisma.JsonObject };
    const row = await context.db.preferences.upsert({
      where: { userId },
      create: { userId, ...values },
      update: values,
    });
    return { generationPreferences: toGraph(row) };
  },
);

function toGraph(row: { parameters: Prisma.JsonValue; updatedAt: Date } | null) {
  return {
    parameters: (row?.parameters ?? {}) as Record<string, unknown>,
    updatedAt: row?.updatedAt ?? null,
  };
}

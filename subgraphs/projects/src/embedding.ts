import type { Prisma } from '@kronos/prisma-projects';
import { z } from 'zod';
import { neededText } from './inputs.ts';

/** What `EmbeddingInput` says. */
export const embeddingSchema = z.object({
  model: neededText(100, 'The model'),
  vector: z
    .array(z.number())
    .min(2, 'The vector has at least 2 numbers.')
    .max(4_096, 'The vector has at most 4,096 numbers.')
    // PostgreSQL keeps them as floats of 32 bits.
    .refine(
      (vector) => vector.every((value) => Number.isFinite(Math.fround(value))),
      'A number is too large.',
    )
    .refine((vector) => vector.some((value) => Math.fround(value) !== 0), 'Not all numbers may be 0.')
    // It refuses those that are too small for it.
    .transform((vector) => vector.map(Math.fround)),
});

/** Writes where a project lies among all others, in place of where it lay. */
export async function writeEmbedding(
  tx: Prisma.TransactionClient,
  projectId: string,
  { model, vector }: z.output<typeof embeddingSchema>,
): Promise<void> {
  await tx.embedding.upsert({
    where: { projectId },
    create: { projectId, model, vector },
    update: { model, vector },
  });
}

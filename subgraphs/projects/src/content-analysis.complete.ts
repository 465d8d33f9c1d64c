import type { Prisma } from '@kronos/prisma-projects';
import { decodeId, mutation, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { finishAnalysis, lockPending } from './content-analysis.write.ts';
import { embeddingSchema, writeEmbedding } from './embedding.ts';
import { neededText, share } from './inputs.ts';
import { jsonObject } from './json.ts';
import { forget } from './loaders.ts';

const completeSchema = z
  .object({
    result: jsonObject(256 * 1024, 'The result').nullish(),
    confidenceScore: share('How sure it is').nullish(),
    failureReason: neededText(1_000, 'The reason').nullish(),
    embedding: embeddingSchema.nullish(),
  })
  .refine(({ result, failureReason }) => Boolean(result) !== Boolean(failureReason), {
    path: ['result'],
    error: 'Either there is a result, or a reason why there is none.',
  });

export const contentAnalysisComplete: MutationResolvers['contentAnalysisComplete'] = mutation(
  async (_parent, { id, input }, context) => {
    const uuid = decodeId('content_analysis', id);
    const { result, confidenceScore, failureReason, embedding } = validInput(completeSchema, input);
    const { analysis } = await context.db.$transaction(async (tx) => {
      const { project, analysis } = await lockPending(tx, uuid, ['id']);
      if (embedding) await writeEmbedding(tx, project.id, embedding);
      return finishAnalysis(tx, project, analysis, {
        result: (result ?? {}) as Prisma.InputJsonObject,
        confidenceScore: confidenceScore ?? null,
        failureReason: failureReason ?? null,
      });
    });
    forget(context.loaders);
    return { analysis };
  },
);

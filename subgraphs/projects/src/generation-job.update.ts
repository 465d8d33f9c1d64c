import type { GenerationJob, Prisma, Project } from '@kronos/prisma-projects';
import { decodeId, mutation, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { JobStatus, MutationResolvers } from './__generated__/types.ts';
import { noSuchJob } from './faults.ts';
import { afterReport, hasEnded } from './generation-job.status.ts';
import { changeJob, jobHasEnded } from './generation-job.write.ts';
import { neededText, share } from './inputs.ts';
import { forget } from './loaders.ts';
import { mediaFileSchema } from './media-asset.rules.ts';
import { insertFile, kindOrFault } from './media-asset.write.ts';
import { lockProject } from './project.write.ts';
import { toGraph, toStored } from './states.ts';

const updateSchema = z
  .object({
    status: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED']),
    progress: share('The progress').nullish(),
    result: mediaFileSchema.nullish(),
    failureReason: neededText(1_000, 'The reason').nullish(),
  })
  .refine(({ status, result }) => (status === 'SUCCEEDED') === Boolean(result), {
    path: ['result'],
    error: 'There is an animation when it was made, and only then.',
  })
  .refine(({ status, failureReason }) => (status === 'FAILED') === Boolean(failureReason), {
    path: ['failureReason'],
    error: 'There is a reason when it has failed, and only then.',
  });

/** Writes what the service says of a job: the job, its result and the project's status in one transaction. */
export const generationJobUpdate: MutationResolvers['generationJobUpdate'] = mutation(
  async (_parent, { id, input }, context) => {
    const uuid = decodeId('generation_job', id);
    const { status, progress, result, failureReason } = validInput(updateSchema, input);
    const kind = result ? kindOrFault(result, ['input', 'result']) : null;
    const generationJob = await context.db.$transaction(async (tx) => {
      const { project, job } = await lockJob(tx, uuid);
      const state = { status: toGraph<JobStatus>(job.status), progress: job.progress };
      const next = afterReport(state, status, progress) ?? jobHasEnded(state.status);
      // A report that says nothing new is none: nobody is told of it.
      if (next.status === state.status && next.progress === state.progress) return job;
      const animation =
        result && kind && (await insertFile(tx, project.id, { assetType: 'animation', ...result }, kind));
      const now = new Date();
      const data = {
        ...{ status: toStored(next.status), progress: next.progress, failureReason: failureReason ?? null },
        startedAt: job.startedAt ?? now,
        finishedAt: hasEnded(next.status) ? now : null,
        resultAssetId: animation?.id ?? null,
      };
      return changeJob(tx, project, job, data, animation ? ['mediaAssets'] : []);
    });
    forget(context.loaders);
    return { generationJob };
  },
);

/**
 * A job and its project, which is locked.
 *
 * @throws the user fault NOT_FOUND
 */
async function lockJob(
  tx: Prisma.TransactionClient,
  id: string,
): Promise<{ project: Project; job: GenerationJob }> {
  const named = await tx.generationJob.findUnique({ where: { id }, select: { projectId: true } });
  if (!named) return userFaults(noSuchJob(['id']));
  await lockProject(tx, named.projectId);
  // It may have ended, or been deleted with its project, before the project was locked.
  const found = await tx.generationJob.findUnique({ where: { id }, include: { project: true } });
  if (!found) return userFaults(noSuchJob(['id']));
  const { project, ...job } = found;
  return { project, job };
}

import { appendToOutbox } from '@kronos/events';
import { decodeId, mutation, userFaults } from '@kronos/subgraph';
import type { JobStatus, MutationResolvers } from './__generated__/types.ts';
import { noSuchJob } from './faults.ts';
import { hasEnded } from './generation-job.status.ts';
import { changeJob, jobHasEnded } from './generation-job.write.ts';
import { forget } from './loaders.ts';
import { actorOf, lockProjectFor } from './project.write.ts';
import { toGraph } from './states.ts';

/** Ends a job, and tells the service that works on it. */
export const generationJobCancel: MutationResolvers['generationJobCancel'] = mutation(
  async (_parent, { id }, context) => {
    const uuid = decodeId('generation_job', id);
    const actor = await actorOf(context);
    // The loader gives only what the viewer may see.
    const seen = await context.loaders.generationJob.load(uuid);
    if (!seen) return userFaults(noSuchJob(['id']));
    const { projectId } = seen;
    const generationJob = await context.db.$transaction(async (tx) => {
      const project = await lockProjectFor(tx, projectId, 'projects:generate', actor, ['id']);
      const job = await tx.generationJob.findUniqueOrThrow({ where: { id: uuid } });
      const status = toGraph<JobStatus>(job.status);
      if (hasEnded(status)) jobHasEnded(status);
      await appendToOutbox(tx, 'generationJobCancelled', { generationJobId: uuid, projectId });
      return changeJob(tx, project, job, { status: 'cancelled', finishedAt: new Date() });
    });
    forget(context.loaders);
    return { generationJob };
  },
);

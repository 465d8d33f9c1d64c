import { appendToOutbox } from '@kronos/events';
import type { GenerationJob, Prisma, Project } from '@kronos/prisma-projects';
import { userFaults } from '@kronos/subgraph';
import type { JobStatus, ProjectStatus } from './__generated__/types.ts';
import { fault } from './faults.ts';
import { afterStep, type ProjectStep } from './project.status.ts';
import { changeProject } from './project.write.ts';
import { toGraph } from './states.ts';

/** What the end of a job is to its project. */
const stepOf: Partial<Record<JobStatus, ProjectStep>> = {
  SUCCEEDED: 'generationSucceeded',
  FAILED: 'generationFailed',
  CANCELLED: 'generationCancelled',
};

/**
 * Writes how a job stands, tells of it, and lets the project follow when it has ended.
 *
 * @param project locked
 * @param also the names of the project's fields that this changes beside its jobs
 */
export async function changeJob(
  tx: Prisma.TransactionClient,
  project: Project,
  { id }: Pick<GenerationJob, 'id'>,
  data: Prisma.GenerationJobUncheckedUpdateInput & { status: Lowercase<JobStatus> },
  also: readonly string[] = [],
): Promise<GenerationJob> {
  const job = await tx.generationJob.update({ where: { id }, data });
  await appendToOutbox(tx, 'generationJobUpdated', { generationJobId: id, projectId: project.id });
  const step = stepOf[toGraph<JobStatus>(data.status)];
  const status = step && afterStep(toGraph<ProjectStatus>(project.status), step);
  // How far it has come, the job's own event says.
  if (step) await changeProject(tx, project, status ? { status } : {}, ['generationJobs', ...also]);
  return job;
}

/** Ends a mutation whose job has ended before. */
export function jobHasEnded(status: JobStatus): never {
  return userFaults(
    fault('CONFLICT', `The animation is not made any more: it is ${status.toLowerCase()}.`, ['id'], {
      status,
    }),
  );
}

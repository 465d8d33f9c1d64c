import { appendToOutbox } from '@kronos/events';
import type { GenerationJob, Prisma, Project } from '@kronos/prisma-projects';
import { decodeId, mutation, newId, userFaults, type Viewer, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { fault } from './faults.ts';
import { idempotencyKey, parameters } from './inputs.ts';
import { forget } from './loaders.ts';
import { actorOf, changeProject, lockProjectFor, stepOrFault } from './project.write.ts';
import { lockQuota, most, quotaOf, refuseBeyond } from './quotas.ts';

const generateSchema = z.object({ projectId: z.string(), parameters: parameters.nullish(), idempotencyKey });

/** Makes a job and the project GENERATING, in one transaction, and tells the service. */
export const animationGenerate: MutationResolvers['animationGenerate'] = mutation(
  async (_parent, { input }, context) => {
    const wanted = validInput(generateSchema, input);
    const projectId = decodeId('project', wanted.projectId);
    const actor = await actorOf(context);
    const generationJob = await context.db.$transaction(async (tx) => {
      await lockQuota(tx, actor.viewer.userId);
      const field = ['input', 'projectId'];
      const project = await lockProjectFor(tx, projectId, 'projects:generate', actor, field);
      const before = await askedBefore(tx, projectId, actor.viewer.userId, wanted.idempotencyKey);
      if (before) return before;
      const status = stepOrFault(project, 'generationRequested', field);
      await refuseWithoutContent(tx, project, field);
      await refuseWhileOneIsMade(tx, projectId, field);
      await refuseBeyondQuotas(tx, actor.viewer, projectId);
      const job = await insertJob(tx, project, actor.viewer.userId, wanted);
      await changeProject(tx, project, { status }, ['generationJobs']);
      return job;
    });
    forget(context.loaders);
    return { generationJob };
  },
);

async function askedBefore(
  tx: Prisma.TransactionClient,
  projectId: string,
  requestedBy: string,
  idempotencyKey: string | null,
): Promise<GenerationJob | null> {
  if (!idempotencyKey) return null;
  return tx.generationJob.findUnique({
    where: {
      projectId_requestedBy_idempotencyKey: { projectId, requestedBy, idempotencyKey },
    },
  });
}

/** A draft that was analysed is none any more, and may have nothing to make an animation of all the same. */
async function refuseWithoutContent(tx: Prisma.TransactionClient, project: Project, field: string[]) {
  if (project.contentPath) return;
  if (await tx.mediaAsset.findFirst({ where: { projectId: project.id }, select: { id: true } })) return;
  userFaults(fault('CONFLICT', 'The project has no content yet.', field));
}

/** A job may be there that the project's status does not tell of: rows are written by others, too. */
async function refuseWhileOneIsMade(tx: Prisma.TransactionClient, projectId: string, field: string[]) {
  const open = { projectId, status: { in: ['queued', 'running'] } };
  if (await tx.generationJob.findFirst({ where: open, select: { id: true } }))
    userFaults(fault('PROJECT_BUSY', 'An animation of this project is being made.', field));
}

async function refuseBeyondQuotas(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  projectId: string,
): Promise<void> {
  const open = await tx.generationJob.count({
    where: { requestedBy: viewer.userId, status: { in: ['queued', 'running'] } },
  });
  refuseBeyond(quotaOf(viewer, most.openJobs), open, 'animations being made for you');
  refuseBeyond(
    ...([most.generationJobs, await tx.generationJob.count({ where: { projectId } })] as const),
    'animations of this project',
  );
}

async function insertJob(
  tx: Prisma.TransactionClient,
  project: Project,
  requestedBy: string,
  { parameters, idempotencyKey }: z.output<typeof generateSchema>,
): Promise<GenerationJob> {
  const preferred = await tx.preferences.findUnique({ where: { userId: requestedBy } });
  const job = await tx.generationJob.create({
    data: {
      ...{ id: newId(), projectId: project.id, requestedBy, idempotencyKey },
      parameters: {
        ...(preferred?.parameters as Prisma.JsonObject | undefined),
        ...(project.parameters as Prisma.JsonObject),
        ...(parameters as Prisma.JsonObject | null | undefined),
      },
    },
  });
  await appendToOutbox(tx, 'generationJobRequested', { generationJobId: job.id, projectId: project.id });
  return job;
}

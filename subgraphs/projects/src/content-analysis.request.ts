import { appendToOutbox } from '@kronos/events';
import type { ContentAnalysis, Prisma, Project } from '@kronos/prisma-projects';
import { decodeId, mutation, newId, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { kind, parameters } from './inputs.ts';
import { forget } from './loaders.ts';
import { actorOf, changeProject, lockProjectFor, stepOrFault } from './project.write.ts';
import { most, refuseBeyond } from './quotas.ts';

const requestSchema = z.object({
  projectId: z.string(),
  analysisType: kind(100, 'The type of the analysis'),
  parameters: parameters.nullish(),
});

export const contentAnalysisRequest: MutationResolvers['contentAnalysisRequest'] = mutation(
  async (_parent, { input }, context) => {
    const { projectId, ...wanted } = validInput(requestSchema, input);
    const { analysis } = await requestAnalysis(context, projectId, wanted, ['input', 'projectId']);
    return { analysis };
  },
);

/** Asks for the key scenes of a project. */
export const scenesExtract: MutationResolvers['scenesExtract'] = mutation(
  async (_parent, { projectId }, context) =>
    requestAnalysis(context, projectId, { analysisType: 'scenes' }, ['projectId']),
);

/**
 * Makes an analysis that is to be done, and tells the service; or finds the one that is to be done already.
 *
 * @param field where the project is named among the mutation's arguments
 */
async function requestAnalysis(
  context: Context,
  id: string,
  wanted: Omit<z.output<typeof requestSchema>, 'projectId'>,
  field: string[],
): Promise<{ project: Project; analysis: ContentAnalysis }> {
  const projectId = decodeId('project', id);
  const actor = await actorOf(context);
  const outcome = await context.db.$transaction(async (tx) => {
    const project = await lockProjectFor(tx, projectId, 'projects:update', actor, field);
    const pending = await tx.contentAnalysis.findMany({ where: { projectId, status: 'pending' } });
    const same = pending.find(({ analysisType }) => analysisType === wanted.analysisType);
    if (same) return { project, analysis: same };
    const status = stepOrFault(project, 'analysisRequested', field);
    refuseBeyond(most.pendingAnalyses, pending.length, 'analyses of this project to be done');
    refuseBeyond(
      most.analyses,
      await tx.contentAnalysis.count({ where: { projectId } }),
      'analyses of this project',
    );
    const analysis = await tx.contentAnalysis.create({
      data: {
        ...{ id: newId(), projectId, analysisType: wanted.analysisType, status: 'pending' },
        parameters: (wanted.parameters ?? {}) as Prisma.JsonObject,
      },
    });
    await appendToOutbox(tx, 'contentAnalysisRequested', { analysisId: analysis.id, projectId });
    return { project: await changeProject(tx, project, { status }, ['analyses']), analysis };
  });
  forget(context.loaders);
  return outcome;
}

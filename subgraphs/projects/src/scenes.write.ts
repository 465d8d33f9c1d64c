import type { Prisma, Project } from '@kronos/prisma-projects';
import { decodeId, mutation, newId, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { finishAnalysis, lockPending } from './content-analysis.write.ts';
import { noSuchFile, noSuchProject } from './faults.ts';
import { neededText, share } from './inputs.ts';
import { forget } from './loaders.ts';
import { changeProject, lockProject } from './project.write.ts';
import { most } from './quotas.ts';

const sceneSchema = z.object({
  summary: neededText(5_000, 'What happens'),
  confidenceScore: share('How sure it is').nullish(),
  assetId: z.string().nullish(),
});

const writeSchema = z.object({
  projectId: z.string(),
  analysisId: z.string().nullish(),
  scenes: z.array(sceneSchema).max(most.scenes, `A project has at most ${most.scenes} scenes.`),
  confidenceScore: share('How sure all of it is').nullish(),
});

/** The scenes as they are given, with the UUIDs of their files. */
type NewScene = Omit<z.output<typeof sceneSchema>, 'assetId'> & { assetId: string | null };

/** Writes the key scenes that an analysis has found: the scenes, the analysis and the project's status in one transaction. */
export const scenesWrite: MutationResolvers['scenesWrite'] = mutation(async (_parent, { input }, context) => {
  const given = validInput(writeSchema, input);
  const projectId = decodeId('project', given.projectId);
  const analysisId = given.analysisId ? decodeId('content_analysis', given.analysisId) : null;
  const scenes = given.scenes.map(({ assetId, ...scene }): NewScene => {
    return { ...scene, assetId: assetId ? decodeId('media_asset', assetId) : null };
  });
  const project = await context.db.$transaction(async (tx) => {
    if (!analysisId) {
      const project = await existing(tx, projectId);
      await replaceScenes(tx, projectId, null, scenes);
      return changeProject(tx, project, {}, ['scenes']);
    }
    const { project, analysis } = await lockPending(tx, analysisId, ['input', 'analysisId'], projectId);
    await replaceScenes(tx, projectId, analysisId, scenes);
    const finding = {
      result: { scenes: scenes.length },
      confidenceScore: given.confidenceScore ?? null,
      failureReason: null,
    };
    return (await finishAnalysis(tx, project, analysis, finding, { also: ['scenes'] })).project;
  });
  forget(context.loaders);
  return { project };
});

async function existing(tx: Prisma.TransactionClient, id: string): Promise<Project> {
  await lockProject(tx, id);
  const project = await tx.project.findUnique({ where: { id } });
  return project ?? userFaults(noSuchProject(['input', 'projectId']));
}

async function replaceScenes(
  tx: Prisma.TransactionClient,
  projectId: string,
  analysisId: string | null,
  scenes: readonly NewScene[],
): Promise<void> {
  const assetIds = [...new Set(scenes.flatMap(({ assetId }) => assetId ?? []))];
  const files = await tx.mediaAsset.findMany({
    where: { projectId, id: { in: assetIds } },
    select: { id: true },
  });
  const known = new Set(files.map(({ id }) => id));
  const foreign = scenes.findIndex(({ assetId }) => assetId && !known.has(assetId));
  if (foreign >= 0) userFaults(noSuchFile(['input', 'scenes', String(foreign), 'assetId']));

  await tx.scene.deleteMany({ where: { projectId } });
  await tx.scene.createMany({
    data: scenes.map((scene, index) => {
      return { ...scene, id: newId(), projectId, analysisId, position: index + 1 };
    }),
  });
}

import type { MediaAsset } from '@kronos/prisma-projects';
import { decodeId, mutation, userFaults, validInput } from '@kronos/subgraph';
import { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { fault } from './faults.ts';
import { forget } from './loaders.ts';
import { type MediaFile, mediaFileSchema } from './media-asset.rules.ts';
import { insertFile, kindOrFault } from './media-asset.write.ts';
import { actorOf, changeProject, lockProjectFor, stepOrFault } from './project.write.ts';
import { most, refuseBeyond } from './quotas.ts';

const addSchema = z.object({ projectId: z.string(), file: mediaFileSchema });

export const mediaAssetAdd: MutationResolvers['mediaAssetAdd'] = mutation(
  async (_parent, { input }, context) => {
    const { file, ...named } = validInput(addSchema, input);
    const projectId = decodeId('project', named.projectId);
    const kind = kindOrFault(file, ['input', 'file']);
    const actor = await actorOf(context);
    const mediaAsset = await context.db.$transaction(async (tx) => {
      const field = ['input', 'projectId'];
      const project = await lockProjectFor(tx, projectId, 'projects:update', actor, field);
      const there = await tx.mediaAsset.findFirst({ where: { projectId, filePath: file.path } });
      if (there) return isThis(there, file) ? there : userFaults(otherFile());
      const status = stepOrFault(project, 'contentAdded', field);
      refuseBeyond(
        most.mediaAssets,
        await tx.mediaAsset.count({ where: { projectId } }),
        'files in this project',
      );
      const mediaAsset = await insertFile(tx, projectId, file, kind);
      // What was ready stays so: a further file does not take the animation away.
      await changeProject(tx, project, project.status === 'draft' ? { status } : {}, ['mediaAssets']);
      return mediaAsset;
    });
    forget(context.loaders);
    return { mediaAsset };
  },
);

function isThis(there: MediaAsset, file: MediaFile): boolean {
  const { checksum = null } = (there.metadata ?? {}) as { checksum?: string | null };
  return there.sizeBytes === file.sizeBytes && checksum === (file.checksum ?? null);
}

const otherFile = () =>
  fault('CONFLICT', 'The project has another file under this path.', ['input', 'file', 'path']);

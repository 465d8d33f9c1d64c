import type { MediaAsset, Prisma, Project } from '@kronos/prisma-projects';
import { mutation, userFaults, validInput } from '@kronos/subgraph';
import type { z } from 'zod';
import type { MutationResolvers } from './__generated__/types.ts';
import { viewerOf } from './context.ts';
import { fault } from './faults.ts';
import { idempotencyKey } from './inputs.ts';
import { type MediaFile, mediaFileSchema } from './media-asset.rules.ts';
import { insertFile, kindOrFault } from './media-asset.write.ts';
import { insertProject } from './project.create.ts';
import { projectCreateSchema } from './project.rules.ts';
import { seenBy } from './project.visibility.ts';
import { lockQuota } from './quotas.ts';

const importSchema = projectCreateSchema
  .omit({ contentPath: true })
  .extend({ file: mediaFileSchema, idempotencyKey });

/** Makes a project and writes what is known of its file, in one transaction. */
export const projectImport: MutationResolvers['projectImport'] = mutation(
  async (_parent, { input }, context) => {
    const viewer = viewerOf(context);
    const { file, ...values } = validInput(importSchema, input);
    const kind = kindOrFault(file, ['input', 'file']);
    const seen = seenBy(context, await context.access());
    return context.db.$transaction(async (tx) => {
      await lockQuota(tx, viewer.userId);
      const before = await importedBefore(tx, viewer.userId, values, file, seen);
      if (before) return before;
      const project = await insertProject(tx, viewer, { ...values, contentPath: file.path });
      return { project, mediaAsset: await insertFile(tx, project.id, file, kind) };
    });
  },
);

/**
 * What the same import has made when it was sent before.
 *
 * @param seen what the viewer may see: an entry may keep their own from them
 */
async function importedBefore(
  tx: Prisma.TransactionClient,
  userId: string,
  { idempotencyKey }: Pick<z.output<typeof importSchema>, 'idempotencyKey'>,
  file: MediaFile,
  seen: Prisma.ProjectWhereInput,
): Promise<{ project: Project; mediaAsset: MediaAsset } | null> {
  if (!idempotencyKey) return null;
  const project = await tx.project.findUnique({
    where: { userId_idempotencyKey: { userId, idempotencyKey } },
  });
  if (!project) return null;
  const isSeen = (await tx.project.count({ where: { AND: [{ id: project.id }, seen] } })) > 0;
  const mediaAsset = await tx.mediaAsset.findFirst({
    where: { projectId: project.id, filePath: file.path, sizeBytes: file.sizeBytes },
    orderBy: { id: 'asc' },
  });
  if (mediaAsset && isSeen) return { project, mediaAsset };
  return userFaults(
    fault('CONFLICT', 'This key stands for the import of another file.', ['input', 'idempotencyKey']),
  );
}

import type { Prisma, PrismaClient } from '@kronos/prisma-projects';
import { type Access, rowLoader } from '@kronos/subgraph';
import { type Asker, seenBy } from './project.visibility.ts';

/** See `createLoaders`. */
export type Loaders = ReturnType<typeof createLoaders>;

/**
 * The rows of one request, by UUID: a page of rows costs one query, and what the caller may not see is null, just as
 * what does not exist.
 */
export function createLoaders(db: PrismaClient, asker: Asker, access: () => Promise<Access>) {
  const seen = async () => seenBy(asker, await access());
  /** What belongs to projects that the caller sees. */
  const ofSeen = async (
    ids: readonly string[],
  ): Promise<{ id: { in: string[] }; project: Prisma.ProjectWhereInput }> => ({
    id: { in: [...ids] },
    project: await seen(),
  });
  return {
    project: rowLoader(async (ids) =>
      db.project.findMany({ where: { AND: [{ id: { in: [...ids] } }, await seen()] } }),
    ),
    mediaAsset: rowLoader(async (ids) => db.mediaAsset.findMany({ where: await ofSeen(ids) })),
    contentAnalysis: rowLoader(async (ids) => db.contentAnalysis.findMany({ where: await ofSeen(ids) })),
    scene: rowLoader(async (ids) => db.scene.findMany({ where: await ofSeen(ids) })),
    generationJob: rowLoader(async (ids) => db.generationJob.findMany({ where: await ofSeen(ids) })),
    projectVersion: rowLoader(async (ids) => db.projectVersion.findMany({ where: await ofSeen(ids) })),

    /** Where projects lie, by their UUIDs; asked only for those that are seen. */
    embedding: rowLoader(
      async (projectIds) => db.embedding.findMany({ where: { projectId: { in: [...projectIds] } } }),
      ({ projectId }) => projectId,
    ),

    /** How many projects people have, by their UUIDs; null for none. */
    projectCount: rowLoader(
      async (userIds) =>
        db.project.groupBy({ by: ['userId'], where: { userId: { in: [...userIds] } }, _count: true }),
      ({ userId }) => userId,
    ),
  };
}

/** After a write: what the request loads from now on is what the write has made. */
export function forget(loaders: Loaders): void {
  for (const loader of Object.values(loaders)) loader.clearAll();
}

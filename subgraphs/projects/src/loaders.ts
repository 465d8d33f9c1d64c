import type { Prisma, PrismaClient } from '@kronos/prisma-projects';
import { type Access, rowLoader } from '@kronos/subgraph';
import { type Asker, seenBy } from './project.visibility.ts';
import type { Similarity } from './similarity.ts';

/** See `createLoaders`. */
export type Loaders = ReturnType<typeof createLoaders>;

/**
 * The rows of one request, by UUID: a page of rows costs one query, and what the caller may not see is null, just as
 * what does not exist.
 */
export function createLoaders(
  { db, similarity }: { db: PrismaClient; similarity: Similarity | null },
  asker: Asker,
  access: () => Promise<Access>,
) {
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

    /** Which projects are like others, by their UUIDs; asked only for those that are seen. Null for what lies nowhere. */
    alike: rowLoader(
      async (projectIds) => {
        const placed = await db.embedding.findMany({ where: { projectId: { in: [...projectIds] } } });
        const alike = (await similarity?.like(placed)) ?? [];
        return placed.map(({ projectId }, index) => ({ projectId, like: alike[index] ?? [] }));
      },
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

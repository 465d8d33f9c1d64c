import type { Handlers } from '@kronos/events';
import type { Prisma, PrismaClient } from '@kronos/prisma-projects';
import type { Placed, VectorStore } from './vector-store.ts';

/** How many are looked at for those that the caller may see. */
const looked = 200;
const batch = 500;

/** Which projects are like others, by a store of vectors that follows the table `embeddings`. */
export interface Similarity {
  /** For each of these the UUIDs of at most 200 projects, the most alike first, whoever may see them. */
  like(placed: readonly Omit<Placed, 'updatedAt'>[]): Promise<string[][]>;
  /** What happens to the store because of this domain's own events. */
  handlers: Handlers<Prisma.TransactionClient>;
  close(): Promise<void>;
}

export function createSimilarity(db: PrismaClient, store: VectorStore): Similarity {
  let reconciling: Promise<void> | undefined;

  /** Once in a process, for the store may be new, or have missed something; after that, events keep it. */
  function following(): Promise<void> {
    reconciling ??= reconcile(db, store).catch((error) => {
      reconciling = undefined;
      throw error;
    });
    return reconciling;
  }

  return {
    async like(placed) {
      await following();
      return store.nearest(placed, looked);
    },
    handlers: {
      async contentAnalysisCompleted(tx, { payload: { projectId } }) {
        await following();
        const placed = await tx.embedding.findUnique({ where: { projectId } });
        if (placed) await store.put(placed);
      },
      async projectDeleted(_tx, { payload: { projectId } }) {
        await following();
        await store.remove(projectId);
      },
    },
    close: () => store.close(),
  };
}

/** Makes the store what the table is: a project that is gone is no longer in it, and none is missing. */
async function reconcile(db: PrismaClient, store: VectorStore): Promise<void> {
  const known = await store.known();
  let after: string | undefined;
  do {
    const places = await db.embedding.findMany({
      where: after ? { projectId: { gt: after } } : {},
      orderBy: { projectId: 'asc' },
      select: { projectId: true, updatedAt: true },
      take: batch,
    });
    const changed = places.filter(
      ({ projectId, updatedAt }) => known.get(projectId)?.getTime() !== updatedAt.getTime(),
    );
    const ids = changed.map(({ projectId }) => projectId);
    const rows = ids.length > 0 ? await db.embedding.findMany({ where: { projectId: { in: ids } } }) : [];
    for (const row of rows) await store.put(row);
    for (const { projectId } of places) known.delete(projectId);
    after = places.at(-1)?.projectId;
  } while (after);
  // One that has been put since is in the table, and was found there.
  for (const projectId of known.keys()) await store.remove(projectId);
}

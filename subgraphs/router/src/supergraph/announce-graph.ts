import { appendToOutbox } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-router';
import type { Logger } from '@kronos/service';
import { repeat } from '../workers/repeat.ts';
import type { GraphHolder } from './hold-graph.ts';

const intervalMs = 1_000;

/**
 * Announces new versions of the composed graph, each once, however many processes see it. The very first version is no news.
 *
 * @returns ends it
 */
export function announceGraph(db: PrismaClient, graph: GraphHolder, logger: Logger): () => Promise<void> {
  let announced: string | undefined;
  return repeat({
    failure: 'new versions of the graph are not announced at the moment',
    intervalMs,
    logger,
    async work() {
      const hash = graph.current?.hash;
      if (hash === undefined || hash === announced) return;
      await announceVersion(db, hash);
      announced = hash;
    },
  });
}

async function announceVersion(db: PrismaClient, schemaHash: string): Promise<void> {
  await db.$transaction(async (tx) => {
    const isFirst = await tx.announcedSupergraph.createMany({
      data: [{ id: 1, schemaHash }],
      skipDuplicates: true,
    });
    if (isFirst.count === 1) return;
    const { count } = await tx.announcedSupergraph.updateMany({
      where: { id: 1, schemaHash: { not: schemaHash } },
      data: { schemaHash },
    });
    if (count === 1) await appendToOutbox(tx, 'supergraphUpdated', { schemaHash });
  });
}

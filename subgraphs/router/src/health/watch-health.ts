import { appendToOutbox } from '@kronos/events';
import type { PrismaClient, Subgraph } from '@kronos/prisma-router';
import type { Logger } from '@kronos/service';
import { createLease } from '../workers/lease.ts';
import { repeat } from '../workers/repeat.ts';
import type { ConfiguredSubgraph } from './configured-subgraphs.ts';
import { type Observation, probe } from './probe.ts';
import { createSteady, type Steady } from './steady.rules.ts';

export interface WatchHealthOptions {
  db: PrismaClient;
  /** The subgraphs of the graph itself; those that were registered are watched beside them. */
  configured: readonly ConfiguredSubgraph[];
  intervalMs: number;
  timeoutMs: number;
  logger: Logger;
}

/** How long what is in the table may be old while nothing changes. */
const refreshMs = 30_000;

/**
 * Watches the health of all subgraphs, in one process of several, and announces each change once.
 *
 * @returns ends the watching
 */
export function watchHealth(options: WatchHealthOptions): () => Promise<void> {
  const { db, configured, intervalMs, timeoutMs, logger } = options;
  const lease = createLease(db, 'health', 3 * (intervalMs + timeoutMs));
  const steady = new Map<string, Steady>();
  let isEntered = false;

  async function look(signal: AbortSignal): Promise<void> {
    if (!isEntered) await enterConfigured(db, configured);
    isEntered = true;
    if (!(await lease.hold())) return;
    const subgraphs = await db.subgraph.findMany();
    await Promise.all(
      subgraphs.map(async (subgraph) => {
        const seen = await probe(subgraph.url, timeoutMs, signal);
        const own = steady.get(subgraph.name) ?? createSteady();
        steady.set(subgraph.name, own);
        await note(db, subgraph, { ...seen, health: own.take(subgraph.health, seen.health) });
      }),
    );
  }

  const stop = repeat({
    failure: 'the health of subgraphs is not watched at the moment',
    intervalMs,
    logger,
    work: look,
  });
  return async () => {
    await stop();
    await lease.release().catch(() => undefined);
  };
}

/** Brings the graph's own subgraphs into the table; one that the graph has no more goes. */
async function enterConfigured(db: PrismaClient, configured: readonly ConfiguredSubgraph[]): Promise<void> {
  const names = configured.map(({ name }) => name);
  await db.$transaction([
    db.subgraph.deleteMany({ where: { isRegistered: false, name: { notIn: names } } }),
    ...configured.map(({ name, url, schemaHash }) =>
      db.subgraph.upsert({
        where: { name },
        create: { name, url, schemaHash },
        update: { url, schemaHash, isRegistered: false },
      }),
    ),
  ]);
}

/** Writes what was observed, when it is something else or what is written is old. */
async function note(db: PrismaClient, before: Subgraph, observed: Observation): Promise<void> {
  const now = new Date();
  const { name, health: known } = before;
  const { health, responseTimeMs } = observed;
  // While a change is not believed yet, its reason is none of the state that is.
  const reason = health === 'UP' ? null : (observed.reason ?? before.reason);
  const facts = { reason, responseTimeMs, checkedAt: now };
  if (health === known) {
    const isOld = now.getTime() - (before.checkedAt?.getTime() ?? 0) >= refreshMs;
    if (isOld || reason !== before.reason)
      await db.subgraph.updateMany({ where: { name, health }, data: facts });
    return;
  }
  await db.$transaction(async (tx) => {
    // Whoever compares and sets first announces; another process that has seen the same does nothing.
    const { count } = await tx.subgraph.updateMany({
      where: { name, health: known },
      data: { ...facts, health, changedAt: now },
    });
    if (count === 1 && known !== null) await appendToOutbox(tx, 'subgraphHealthChanged', { name, health });
  });
}

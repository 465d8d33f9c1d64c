import { setTimeout as delay } from 'node:timers/promises';
import { appendToOutbox } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-database';
import type { Logger } from '@kronos/service';
import { isDatabaseAway } from '@kronos/subgraph';
import type { Observation, Observatory } from './observatory.ts';
import type { TargetStatus } from './status.rules.ts';

export interface WatchTargetsOptions {
  db: PrismaClient;
  observatory: Observatory;
  /** Milliseconds between two looks. */
  intervalMs: number;
  logger: Logger;
}

/**
 * Looks at all databases now and then, and announces each change once, whichever process sees it. A change is believed when
 * it is seen twice in a row: one late answer is no outage. What changed while this domain's own database was away is
 * announced when that is back, and then only if it still holds.
 *
 * @returns ends the watching
 */
export function watchTargets({
  db,
  observatory,
  intervalMs,
  logger,
}: WatchTargetsOptions): () => Promise<void> {
  const stopping = new AbortController();
  /** What was seen last, by the target's name. */
  const seen = new Map<string, string>();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const observations = await observatory.observe();
      for (const observation of observations) await attempt(observation);
      await delay(intervalMs, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  async function attempt(observation: Observation): Promise<void> {
    const { target, status } = observation;
    const last = seen.get(target.name);
    seen.set(target.name, status);
    try {
      if (last === undefined || last === status) await note(db, observation, last !== undefined);
    } catch (err) {
      if (stopping.signal.aborted) return;
      // Its own outage is said where it is met first; everything else is worth a line.
      logger[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'how the databases are could not be written');
    }
  }

  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

/** @param isSteady whether a change is believed; a target that is seen for the first time is entered all the same */
async function note(db: PrismaClient, observation: Observation, isSteady: boolean): Promise<void> {
  const { target, status, checkedAt: since } = observation;
  const { name } = target;
  const known = await db.targetStatus.findUnique({ where: { name } });
  if (known && (known.status === status || !isSteady)) return;
  await db.$transaction(async (tx) => {
    // Whoever compares and sets first announces; another process that has seen the same does nothing.
    const { count } = known
      ? await tx.targetStatus.updateMany({
          where: { name, status: known.status },
          data: { status, since },
        })
      : await tx.targetStatus.createMany({ data: [{ name, status, since }], skipDuplicates: true });
    if (count === 0 || !known) return;
    // Nothing else is ever written there.
    const from = known.status as TargetStatus;
    await appendToOutbox(tx, 'databaseHealthChanged', { target: name, from, to: status });
  });
}

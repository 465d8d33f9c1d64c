import { setTimeout as sleep } from 'node:timers/promises';
import { defaultRules, type EdgeRules } from '@kronos/edge-rules';
import type { Logger } from '@kronos/service';
import type { Registry } from 'prom-client';
import type { FetchRules } from './fetch-rules.ts';
import { createRulesMetrics } from './metrics.ts';
import { type PreparedRules, prepareRules, type RulesSource } from './prepare-rules.ts';
import type { RulesSnapshot } from './snapshot.ts';

/** The rules of the edge, as far as this gateway knows them. */
export interface HeldRules {
  /** Those that hold now. */
  readonly current: PreparedRules;
  /** Calls back whenever other rules hold; returns how to stop that. */
  onChanged(listener: () => void): () => void;
  /** Says that the router may have newer ones; several words in a burst are one look. */
  refresh(): void;
  readiness(): Record<string, true | string>;
  close(): void;
}

export interface HoldRulesOptions {
  fetch: FetchRules;
  /** Undefined without Redis: a gateway that starts while the router is away then has the defaults. */
  snapshot: RulesSnapshot | undefined;
  pollSeconds: number;
  logger: Logger;
  metrics: Registry;
}

/** The changes of a burst come within this time. */
const burstMs = 20;
const firstRetryMs = 200;
const lastRetryMs = 2_000;

/** The rules of a gateway that has no router: its policies, and nothing that is stored. */
export const noRules: HeldRules = {
  current: prepareRules(defaultRules, 'none'),
  onChanged: () => () => undefined,
  refresh() {},
  readiness: () => ({}),
  close() {},
};

/**
 * Holds the newest rules of the router. While it is away the last known ones go on to hold; a gateway that starts then
 * takes them from the snapshot.
 *
 * @returns once there are rules to begin with
 */
export async function holdRules(options: HoldRulesOptions): Promise<HeldRules> {
  const { fetch, snapshot, logger, metrics } = options;
  const closing = new AbortController();
  const listeners = new Set<() => void>();
  let current = prepareRules(defaultRules, 'defaults');
  let seenAt = 0;
  let isWanted = false;
  let isLooking = false;
  let isAway = false;
  const { failures } = createRulesMetrics(
    metrics,
    () => current,
    () => seenAt,
  );

  function hold(rules: EdgeRules, source: RulesSource): void {
    current = prepareRules(rules, source);
    logger.info({ version: rules.version, source }, 'other rules of the edge hold');
    for (const listener of [...listeners]) listener();
  }

  /** Whether the router has answered. */
  async function look(): Promise<boolean> {
    try {
      const known = current.source === 'defaults' ? undefined : current.rules.version;
      const newer = await fetch(known, closing.signal);
      seenAt = Date.now();
      if (newer && newer.version !== known) hold(newer, 'router');
      else if (current.source === 'snapshot') current = { ...current, source: 'router' };
    } catch (error) {
      if (closing.signal.aborted) return true;
      failures.inc();
      if (!isAway)
        logger.warn({ err: error }, 'the rules of the edge cannot be read: the last known ones hold');
      isAway = true;
      return false;
    }
    isAway = false;
    // Again when nothing is new: Redis may have lost it.
    await snapshot
      ?.write(current.rules)
      .catch((error: unknown) => logger.debug({ err: error }, 'no snapshot of the rules could be written'));
    return true;
  }

  async function lookWhileWanted(): Promise<void> {
    isLooking = true;
    let retryMs = firstRetryMs;
    while (isWanted && !closing.signal.aborted) {
      await sleep(burstMs, undefined, { ref: false });
      isWanted = false;
      if (await look()) continue;
      isWanted = true;
      await sleep(retryMs, undefined, { ref: false, signal: closing.signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, lastRetryMs);
    }
    isLooking = false;
  }

  function refresh(): void {
    isWanted = true;
    if (!isLooking) void lookWhileWanted();
  }

  if (!(await look())) {
    const last = await snapshot?.read().catch((error: unknown) => {
      logger.warn({ err: error }, 'the snapshot of the rules cannot be read');
      return undefined;
    });
    if (last) hold(last, 'snapshot');
    refresh();
  }
  const poll = setInterval(refresh, options.pollSeconds * 1_000).unref();

  return {
    get current() {
      return current;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    readiness: () => ({
      edgeRules: current.source === 'defaults' ? 'the router has not given its rules yet' : true,
    }),
    close() {
      closing.abort();
      clearInterval(poll);
    },
  };
}

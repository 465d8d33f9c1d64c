import type { EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import type { Redis } from 'ioredis';
import type { Registry } from 'prom-client';
import { followEvents } from '../access/follow-events.ts';
import type { Identity } from '../access/identity.ts';
import { createFetchRules } from './fetch-rules.ts';
import { type HeldRules, holdRules, noRules } from './hold-rules.ts';
import { createRulesSnapshot } from './snapshot.ts';

export interface EdgeRulesOptions {
  environment: { KRONOS_EDGE_RULES_URL?: string; KRONOS_EDGE_RULES_POLL_SECONDS: number };
  identity: Pick<Identity, 'mint' | 'self'>;
  /** Undefined without Redis: changes are then seen at the next poll. */
  log: EventLog | undefined;
  redis: Redis | undefined;
  logger: Logger;
  metrics: Registry;
}

/** The rules of the edge, followed as they change; a foreign graph has none. */
export async function openEdgeRules(options: EdgeRulesOptions): Promise<HeldRules> {
  const { environment, identity, log, redis, logger, metrics } = options;
  const { KRONOS_EDGE_RULES_URL: url, KRONOS_EDGE_RULES_POLL_SECONDS: pollSeconds } = environment;
  if (!url) return noRules;
  const held = await holdRules({
    fetch: createFetchRules({ url, ...identity }),
    snapshot: redis && createRulesSnapshot(redis),
    pollSeconds,
    logger,
    metrics,
  });
  const stop =
    log &&
    followEvents({ log, logger, domain: 'router', name: 'edgeRulesChanged', onEvent: () => held.refresh() });
  const { onChanged, refresh, readiness } = held;
  return {
    get current() {
      return held.current;
    },
    onChanged,
    refresh,
    readiness,
    close() {
      stop?.();
      held.close();
    },
  };
}

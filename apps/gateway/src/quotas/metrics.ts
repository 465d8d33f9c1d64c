import type { QuotaPolicy, Verdict } from '@kronos/quotas';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted of quotas. */
export interface QuotaMetrics {
  count(verdict: Verdict): void;
  /** @param points negative: used beyond what was taken */
  countBack(policy: QuotaPolicy, points: number): void;
  /** An exchange with Redis has taken this many milliseconds. */
  observe(milliseconds: number): void;
}

interface Tally {
  taken: number;
  returned: number;
  owed: number;
  minute: number;
  month: number;
}

/**
 * Counts in plain numbers, and gives them to Prometheus when it asks: each request is counted several times.
 *
 * @param isLocal whether this process decides by itself at the moment
 */
export function createQuotaMetrics(registry: Registry, isLocal: () => boolean): QuotaMetrics {
  const tallies = new Map<string, Tally>();
  let localDecisions = 0;
  const registers = [registry];

  new Counter({
    name: 'kronos_gateway_quota_points_total',
    help: 'Points of callers, by policy: taken before an operation, returned or owed after it.',
    labelNames: ['policy', 'kind'],
    registers,
    collect() {
      this.reset();
      for (const [policy, tally] of tallies) {
        for (const kind of ['taken', 'returned', 'owed'] as const) this.inc({ policy, kind }, tally[kind]);
      }
    },
  });
  new Counter({
    name: 'kronos_gateway_quota_throttled_total',
    help: 'Requests that were refused, by policy, because the minute or the month had no points left.',
    labelNames: ['policy', 'reason'],
    registers,
    collect() {
      this.reset();
      for (const [policy, tally] of tallies) {
        for (const reason of ['minute', 'month'] as const) this.inc({ policy, reason }, tally[reason]);
      }
    },
  });
  new Counter({
    name: 'kronos_gateway_quota_local_decisions_total',
    help: 'Takes that this process decided by itself.',
    registers,
    collect() {
      this.reset();
      this.inc(localDecisions);
    },
  });
  new Gauge({
    name: 'kronos_gateway_quota_local',
    help: 'Whether this process decides by itself, because Redis does not answer: 1 yes, 0 no.',
    registers,
    collect() {
      this.set(isLocal() ? 1 : 0);
    },
  });
  const exchanges = new Histogram({
    name: 'kronos_gateway_quota_redis_seconds',
    help: 'Time that an exchange with Redis takes; each is for all that has gathered.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
    registers,
  });

  function tallyOf({ name }: QuotaPolicy): Tally {
    let tally = tallies.get(name);
    if (!tally) {
      tally = { taken: 0, returned: 0, owed: 0, minute: 0, month: 0 };
      tallies.set(name, tally);
    }
    return tally;
  }

  return {
    count(verdict) {
      const tally = tallyOf(verdict.policy);
      tally.taken += verdict.points;
      if (!verdict.isAllowed) tally[verdict.reason] += 1;
      if (verdict.isLocal) localDecisions += 1;
    },
    countBack(policy, points) {
      const tally = tallyOf(policy);
      if (points > 0) tally.returned += points;
      else tally.owed -= points;
    },
    observe: (milliseconds) => exchanges.observe(milliseconds / 1_000),
  };
}

import { LRUCache } from 'lru-cache';
import {
  type Bucket,
  capacityOf,
  endOfMonth,
  giveBack,
  judge,
  type Outcome,
  toVerdict,
  usedAt,
} from './bucket.ts';
import type { QuotaPolicy, Quotas, Verdict } from './quotas.ts';

export interface LocalQuotasOptions {
  /** How many callers are remembered; of more, those are forgotten who have been quiet the longest. 100,000 when omitted. */
  subjects?: number;
  /** In milliseconds since the epoch; the system's when omitted. */
  clock?: () => number;
}

/** Quotas of this process alone, in memory: each process allows as much as all together should. */
export function createLocalQuotas({ subjects = 100_000, clock = Date.now }: LocalQuotasOptions = {}): Quotas {
  const buckets = new LRUCache<string, Bucket>({ max: subjects });

  function stateOf(subject: string, policy: QuotaPolicy, now: number): Bucket {
    const bucket = buckets.get(subject);
    let { spent, monthEnds } = bucket ?? { spent: 0, monthEnds: 0 };
    if (policy.monthlyPoints !== null && now >= monthEnds) {
      spent = 0;
      monthEnds = endOfMonth(now);
    }
    return { used: usedAt(bucket, policy, now), since: now, capacity: capacityOf(policy), spent, monthEnds };
  }

  function decide(subject: string, policy: QuotaPolicy, points: number): Verdict {
    const now = clock();
    const state = stateOf(subject, policy, now);
    const outcome: Outcome = points > 0 ? judge(state.used, state.spent, policy, points) : 'y';
    if (outcome === 'y' && points > 0) spend(subject, policy, state, -points);
    const { used, spent } = state;
    return toVerdict({ subject, policy, points, outcome, used, spent, now, isLocal: true });
  }

  function spend(subject: string, policy: QuotaPolicy, state: Bucket, back: number): void {
    state.used = giveBack(state.used, policy, back);
    if (policy.monthlyPoints !== null) state.spent = Math.max(0, state.spent - back);
    buckets.set(subject, state);
  }

  return {
    take: async (subject, policy, points) => decide(subject, policy, points),
    takeMore: async ({ subject, policy }, points) => decide(subject, policy, points),
    giveBack({ subject, policy }, points) {
      if (points !== 0) spend(subject, policy, stateOf(subject, policy, clock()), points);
    },
    read: async (subject, policy) => decide(subject, policy, 0),
    async close() {},
  };
}

import type { QuotaPolicy, Verdict } from './quotas.ts';

/**
 * A point in the units that buckets count in: a policy of one point a minute gives one unit back each millisecond. All
 * arithmetic is on whole numbers, so nothing is lost or won by rounding.
 */
export const unitsPerPoint = 60_000;

/** What one caller has used. */
export interface Bucket {
  /** In units, at `since`; beyond the capacity when something was used that could not be asked for before. */
  used: number;
  /** In milliseconds since the epoch. */
  since: number;
  /** In units: the policy's by which it was used. */
  capacity: number;
  /** Points of a month whose policy limited them. */
  spent: number;
  /** When that month is over; 0 before there was one. */
  monthEnds: number;
}

/** How one take ended: taken, refused by the minute, refused by the month. */
export type Outcome = 'y' | 'm' | 'M';

export function capacityOf({ burst }: QuotaPolicy): number {
  return burst * unitsPerPoint;
}

/** What is left in use by now. A policy that allows less than before leaves an empty bucket, and no debt. */
export function usedAt(bucket: Bucket | undefined, policy: QuotaPolicy, now: number): number {
  if (!bucket) return 0;
  const elapsed = Math.max(0, now - bucket.since);
  const used = Math.max(0, bucket.used - elapsed * policy.pointsPerMinute);
  const capacity = capacityOf(policy);
  return bucket.capacity === capacity ? used : Math.min(used, capacity);
}

/** @param points negative: used beyond what was taken, which can make the bucket owe as much as it holds */
export function giveBack(used: number, policy: QuotaPolicy, points: number): number {
  return Math.max(0, Math.min(used - points * unitsPerPoint, Math.max(used, 2 * capacityOf(policy))));
}

/** @param spent points of this month */
export function judge(used: number, spent: number, policy: QuotaPolicy, points: number): Outcome {
  if (policy.monthlyPoints !== null && spent + points > policy.monthlyPoints) return 'M';
  return used + points * unitsPerPoint > capacityOf(policy) ? 'm' : 'y';
}

/** What a verdict is made of. */
export interface Judged {
  subject: string;
  policy: QuotaPolicy;
  /** What was asked for; 0 to know only. */
  points: number;
  outcome: Outcome;
  used: number;
  spent: number;
  now: number;
  isLocal: boolean;
}

/** Puts what was decided into the terms of callers. */
export function toVerdict({ subject, policy, points, outcome, used, spent, now, isLocal }: Judged): Verdict {
  const left = Math.floor((capacityOf(policy) - used) / unitsPerPoint);
  const leftOfMonth = policy.monthlyPoints === null ? Number.POSITIVE_INFINITY : policy.monthlyPoints - spent;
  const isByMonth = outcome === 'M' || (outcome === 'y' && leftOfMonth < left);
  const remaining = Math.max(0, isByMonth ? leftOfMonth : left);
  const isAllowed = outcome === 'y' && (points > 0 || remaining > 0);
  const verdict = { subject, policy, isAllowed, remaining, points: outcome === 'y' ? points : 0, isLocal };
  if (isByMonth) {
    const limit = policy.monthlyPoints!;
    const resetMs = endOfMonth(now) - now;
    const retryAfterMs = points > limit ? Number.POSITIVE_INFINITY : resetMs;
    return { ...verdict, reason: 'month', limit, resetMs, retryAfterMs: isAllowed ? 0 : retryAfterMs };
  }
  const resetMs = Math.ceil(used / policy.pointsPerMinute);
  return {
    ...verdict,
    reason: 'minute',
    limit: policy.burst,
    resetMs,
    retryAfterMs: isAllowed ? 0 : untilThereAre(Math.max(points, 1), used, policy),
  };
}

/** What a verdict would say after points were given back; negative: used beyond what was taken. */
export function afterGivingBack(verdict: Verdict, points: number): Verdict {
  const { limit, policy, reason } = verdict;
  const remaining = Math.min(limit, Math.max(0, verdict.remaining + points));
  const resetMs = verdict.resetMs - (points * unitsPerPoint) / policy.pointsPerMinute;
  return { ...verdict, remaining, resetMs: reason === 'month' ? verdict.resetMs : Math.max(0, resetMs) };
}

function untilThereAre(points: number, used: number, policy: QuotaPolicy): number {
  const capacity = capacityOf(policy);
  const missing = used + points * unitsPerPoint - capacity;
  if (points * unitsPerPoint > capacity) return Number.POSITIVE_INFINITY;
  return Math.max(1, Math.ceil(missing / policy.pointsPerMinute));
}

/** The first millisecond of the next month, in UTC. */
export function endOfMonth(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

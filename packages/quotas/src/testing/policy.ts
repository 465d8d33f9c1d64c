import { randomUUID } from 'node:crypto';
import type { QuotaPolicy } from '../quotas.ts';

/** A policy of ten points, one a second, without a limit to the month. */
export function policyWith(changes: Partial<QuotaPolicy> = {}): QuotaPolicy {
  return { name: 'test', pointsPerMinute: 60, burst: 10, monthlyPoints: null, ...changes };
}

/** Somebody who has spent nothing. */
export function newSubject(): string {
  return `user:${randomUUID()}`;
}

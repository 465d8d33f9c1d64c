import type { PoolStats } from '../databases.ts';

/** How a database is. */
export type TargetStatus = 'UP' | 'DEGRADED' | 'DOWN' | 'DISABLED';

/** An answer that takes longer than this, in milliseconds, is a bad one. */
const slowMs = 500;

/**
 * How a database is that was asked.
 *
 * @param responseTimeMs null when it did not answer
 */
export function statusOf(responseTimeMs: number | null, pool: PoolStats | null): TargetStatus {
  const isExhausted = pool !== null && pool.waiting > 0 && pool.active >= pool.max;
  // Who gets no connection cannot know how the server is.
  if (isExhausted) return 'DEGRADED';
  if (responseTimeMs === null) return 'DOWN';
  return responseTimeMs > slowMs ? 'DEGRADED' : 'UP';
}

/** Of several databases together: what is off does not count. */
export function overallStatus(all: readonly TargetStatus[]): Exclude<TargetStatus, 'DISABLED'> {
  const asked = all.filter((status) => status !== 'DISABLED');
  if (asked.every((status) => status === 'UP')) return 'UP';
  return asked.every((status) => status === 'DOWN') ? 'DOWN' : 'DEGRADED';
}

import type { HealthStatus } from '@kronos/prisma-router';

/** How often in a row something else than before must be seen until it is believed. */
const repetitions = 2;

/** What is seen of one subgraph: one late answer is no outage. */
export interface Steady {
  /**
   * @param current what is believed; null when nothing is yet
   * @param seen what has just been seen
   * @returns what is to be believed now
   */
  take(current: HealthStatus | null, seen: HealthStatus): HealthStatus;
}

export function createSteady(): Steady {
  let candidate: HealthStatus | null = null;
  let times = 0;
  return {
    take(current, seen) {
      if (current === null || seen === current) {
        candidate = null;
        return seen;
      }
      times = seen === candidate ? times + 1 : 1;
      candidate = seen;
      if (times < repetitions) return current;
      candidate = null;
      return seen;
    },
  };
}

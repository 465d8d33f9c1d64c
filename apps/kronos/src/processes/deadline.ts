import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again, every 25 ms, until the answer is yes or the time is over.
 *
 * @param withinMs how long to keep asking, in milliseconds
 * @param signal ends the asking early, with its reason thrown
 * @returns whether the answer was yes in time
 */
export async function deadline(
  withinMs: number,
  isDone: () => Promise<boolean> | boolean,
  signal?: AbortSignal,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    signal?.throwIfAborted();
    if (await isDone()) return true;
    if (performance.now() >= end) return false;
    await delay(25);
  }
}

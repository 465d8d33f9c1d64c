/**
 * How long to wait before another attempt: doubles from 50 ms up to `maximumMs`, less a random part, so that many who
 * failed together do not come back together.
 *
 * @param attempt 0 for the first repetition
 */
export function backoffMs(attempt: number, maximumMs: number): number {
  const full = Math.min(maximumMs, 50 * 2 ** Math.min(attempt, 20));
  return full * (0.5 + Math.random() / 2);
}

/** Milliseconds since the epoch, with fractions, unlike Date.now(). */
export function wallClockMs(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * How long work will go on if it goes on as it went, as an ISO 8601 duration in whole seconds; null before its first step.
 *
 * @param startedAt when it began
 */
export function estimateRemaining(
  startedAt: Date,
  done: number,
  total: number,
  now = new Date(),
): string | null {
  if (done === 0 || total === 0) return null;
  const elapsed = Math.max(0, now.getTime() - startedAt.getTime()) / 1000;
  return `PT${Math.ceil((elapsed / done) * Math.max(0, total - done))}S`;
}

import type { Received } from './consumers/consumer.ts';
import type { Committed } from './truth.ts';

/** How what was received differs from what should have been. */
export interface Difference {
  expected: number;
  /** Committed, and not received. */
  lost: number;
  /** Received more than once. */
  duplicated: number;
  /** Received after an event that happened later. */
  misplaced: number;
  /** Received without being entitled to it, or never committed. */
  foreign: number;
}

/**
 * Compares what a consumer has received with what it is entitled to. Its first event says where it began: everything
 * from there on is expected, in the order of positions, which is that of every key.
 */
export function compare(received: readonly Received[], entitled: readonly Committed[]): Difference {
  const begin = received[0]?.position ?? 0;
  const expected = new Map(
    entitled.filter(({ position }) => position >= begin).map(({ position, eventId }) => [position, eventId]),
  );
  const seen = new Set<number>();
  const difference = { expected: expected.size, lost: 0, duplicated: 0, misplaced: 0, foreign: 0 };
  let last = 0;
  for (const { position, eventId } of received) {
    if (expected.get(position) !== eventId) difference.foreign++;
    else if (seen.has(position)) difference.duplicated++;
    else if (position < last) difference.misplaced++;
    seen.add(position);
    last = Math.max(last, position);
  }
  for (const position of expected.keys()) if (!seen.has(position)) difference.lost++;
  return difference;
}

/** Whether every event came, once, in order, and no other did. */
export function isExact({ lost, duplicated, misplaced, foreign }: Difference): boolean {
  return lost + duplicated + misplaced + foreign === 0;
}

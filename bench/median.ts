/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * How many times as much one side spends as the other: the median of what each round says. Within a round both are measured
 * shortly after each other, so that a machine which is slow for a minute is slow for both.
 *
 * @param one figures by round
 * @param other figures of the same rounds
 */
export function medianRatio(one: readonly number[], other: readonly number[]): number {
  return median(one.map((figure, round) => figure / other[round]!));
}

/**
 * How likely a figure of the first sample is greater than one of the second: the effect size of the Mann-Whitney test (area
 * under the curve, U divided by the number of pairs). 0.5 says that they cannot be told apart, 0 and 1 that each figure tells.
 */
export function probabilityGreater(first: readonly number[], second: readonly number[]): number {
  let wins = 0;
  for (const one of first) {
    for (const other of second) wins += one > other ? 1 : one === other ? 0.5 : 0;
  }
  return wins / (first.length * second.length);
}

/** The standard deviation of that for two samples of one distribution, which need not be a normal one. */
export function deviationOfChance(first: number, second: number): number {
  return Math.sqrt((first + second + 1) / (12 * first * second));
}

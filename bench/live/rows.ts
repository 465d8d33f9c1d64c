import type { Measurement } from './measure.ts';
import type { Collected } from './run-rounds.ts';
import type { Scenario } from './scenarios.ts';
import type { Server } from './servers/list.ts';

/** The medians of the rounds of one server in one scenario. */
export interface Row extends Measurement {
  server: Server;
  scenario: Scenario;
}

export function toRow({ server, scenario, rounds }: Collected): Row {
  const keys = Object.keys(rounds[0]!) as (keyof Measurement)[];
  const medians = keys.map((key) => [key, median(rounds.map((round) => round[key]))]);
  return { server, scenario, ...(Object.fromEntries(medians) as Measurement) };
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

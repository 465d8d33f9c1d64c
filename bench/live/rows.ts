import { median } from '../median.ts';
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

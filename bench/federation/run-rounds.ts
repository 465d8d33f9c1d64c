import { assertKeptAnswers, assertSameAnswers } from './compare-answers.ts';
import { runLoad } from './load.ts';
import { countPlannedFetches, type Measurement, measure } from './measure.ts';
import type { Options } from './options.ts';
import type { Testbed } from './testbed.ts';
import { seededRandom, type Workload } from './workloads.ts';

/** All rounds of one gateway under one workload. */
export interface Collected {
  gateway: string;
  workload: string;
  /** Fetches for one request alone. */
  plannedFetches: number;
  rounds: Measurement[];
}

/**
 * Warms every gateway up, then measures them in turns, so that what slows the machine down for a while slows all.
 *
 * @throws Error when a gateway answers otherwise than the reference, before or under load
 */
export async function runRounds(
  testbed: Testbed,
  workload: Workload,
  options: Pick<Options, 'connections' | 'rounds' | 'seconds' | 'warmupSeconds'>,
): Promise<Collected[]> {
  const { reference, subgraphs, gateways } = testbed;
  const collected: Collected[] = [];
  for (const gateway of gateways) {
    await assertSameAnswers(reference, gateway, workload);
    const plannedFetches = await countPlannedFetches(gateway, workload, subgraphs);
    collected.push({ gateway: gateway.name, workload: workload.name, plannedFetches, rounds: [] });
    console.log(`${workload.name}: warming up ${gateway.name}, whose answers are right`);
    const random = seededRandom(1);
    const { connections, warmupSeconds: seconds } = options;
    await runLoad({ ...gateway, connections, seconds, body: () => workload.body(random) });
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const [index, gateway] of gateways.entries()) {
      const { connections, seconds } = options;
      const measured = await measure(gateway, workload, {
        subgraphs,
        connections,
        seconds,
        seed: 100 + round,
      });
      await assertKeptAnswers(reference, gateway, workload, measured.kept);
      collected[index]!.rounds.push(measured.measurement);
      const { requestsPerSecond, cpuMsPerRequest } = measured.measurement;
      console.log(
        `${workload.name} ${round}/${options.rounds} ${gateway.name}: ${requestsPerSecond.toFixed(0)} req/s, ${cpuMsPerRequest.toFixed(3)} ms CPU`,
      );
    }
  }
  return collected;
}

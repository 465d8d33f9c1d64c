import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { installPeers } from '../federation/install-peers.ts';
import { findFreePort } from '../federation/processes/free-port.ts';
import { pinSelf, startProcess } from '../federation/processes/start-process.ts';
import { composeSupergraph } from './compose.ts';
import { type Measurement, measure } from './measure.ts';
import type { Options } from './options.ts';
import type { Scenario } from './scenarios.ts';
import type { Server } from './servers/list.ts';
import { type Source, startSource } from './source/start-source.ts';

/** All rounds of one server in one scenario. */
export interface Collected {
  scenario: Scenario;
  server: Server;
  rounds: Measurement[];
}

export interface Rounds {
  collected: Collected[];
  /** Whether processes were bound to cores. */
  isPinned: boolean;
}

const serverCore = 0;
const loadCore = 1;
// With two cores it shares one with the load.
const sourceCore = availableParallelism() > 2 ? 2 : 1;

/**
 * Measures every server in every scenario, in turns, so that what slows the machine down for a while slows all. Each
 * measurement has a process of its own: what memory one subscriber takes shows only where nobody was before.
 *
 * @param folder for files that live as long as the bench
 * @param profileFolder where CPU profiles of what is measured are written; none when omitted
 */
export async function runRounds(options: Options, folder: string, profileFolder?: string): Promise<Rounds> {
  if (options.servers.length === 0) return { collected: [], isPinned: false };
  if (options.servers.some(({ isPeer }) => isPeer)) installPeers();
  const isPinned = pinSelf(loadCore);
  const source = await startSource(sourceCore);
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, composeSupergraph(source.url));

  const collected = options.scenarios.flatMap((scenario) =>
    options.servers
      .filter((server) => canServe(server, scenario))
      .map((server): Collected => ({ scenario, server, rounds: [] })),
  );
  for (let round = 1; round <= options.rounds; round++) {
    for (const { scenario, server, rounds } of collected) {
      const name = `${scenario.name}-${server.name}-${round}`;
      const measurement = await measureAlone({ name, server, scenario, source, supergraphFile }).catch(
        (error) => {
          throw new Error(`${name}: ${error.message}`, { cause: error });
        },
      );
      rounds.push(measurement);
      console.log(
        `${name}: ${measurement.deliveriesPerSecond.toFixed(0)} deliveries/s, ${measurement.cpuUsPerDelivery.toFixed(2)} µs CPU, ${(measurement.rssBytesPerSubscriber / 1_024).toFixed(1)} KiB`,
      );
    }
  }
  return { collected, isPinned };

  async function measureAlone(given: {
    name: string;
    server: Server;
    scenario: Scenario;
    source: Source;
    supergraphFile: string;
  }): Promise<Measurement> {
    const port = await findFreePort();
    const { args, env } = given.server.start({ supergraphFile, sourceUrl: source.url, port });
    const child = startProcess({
      name: given.name,
      args,
      env: { ...env, ...(profileFolder && { BENCH_PROFILE: profileFolder }) },
      core: serverCore,
    });
    try {
      await child.ready(() => answers(port));
      return await measure(given.scenario, { ...options, source, server: child, port });
    } finally {
      await child.stop();
    }
  }
}

function canServe({ protocols, isBare }: Server, { protocol, scopes }: Scenario): boolean {
  return protocols.includes(protocol.name) && !(isBare && scopes > 0);
}

async function answers(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"query":"{__typename}"}',
  });
  return (await response.text()).includes('Query');
}

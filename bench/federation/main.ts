import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assertKeptAnswers, assertSameAnswers, post } from './compare-answers.ts';
import { gateways as allGateways, type Gateway } from './gateways/list.ts';
import { startIdentity } from './identity.ts';
import { installPeers } from './install-peers.ts';
import { runLoad } from './load.ts';
import { countPlannedFetches, measure, type Running } from './measure.ts';
import { type Options, parseOptions } from './options.ts';
import { pinSelf, startProcess, stopAll } from './processes/start-process.ts';
import { type Collected, report } from './report.ts';
import { composeSupergraph } from './supergraph.ts';
import { seededRandom } from './workloads.ts';

const gatewayCore = 0;
const loadCore = 1;
// With two cores they share the second; the load generator needs little beside the gateways.
const subgraphCore = availableParallelism() > 2 ? 2 : 1;
const results = fileURLToPath(new URL('../results/', import.meta.url));

const options = parseOptions(process.argv.slice(2));
const folder = await mkdtemp(join(tmpdir(), 'kronos-bench-'));
try {
  await run(options, folder);
} finally {
  await stopAll();
  await rm(folder, { recursive: true, force: true });
}

async function run(options: Options, folder: string): Promise<void> {
  if (options.gateways.some(({ isPeer }) => isPeer)) await installPeers();
  const isPinned = pinSelf(loadCore);
  const subgraphs = startProcess({
    name: 'subgraphs',
    args: [fileURLToPath(new URL('./subgraphs/server.ts', import.meta.url))],
    core: subgraphCore,
  });
  const supergraphFile = join(folder, 'supergraph.graphql');
  const sdl = composeSupergraph(await subgraphs.ask('urls', 'urls'));
  await writeFile(supergraphFile, sdl);
  const internalKeyFile = join(folder, 'internal-key.json');
  const identity = await startIdentity(internalKeyFile);

  // Plain Apollo says what the right answer is, whether it is measured or not.
  const [reference, ...others] = allGateways;
  const started: Running[] = [];
  for (const gateway of [reference!, ...others.filter((one) => options.gateways.includes(one))]) {
    console.log(`starting ${gateway.name}`);
    started.push(await start(gateway));
  }
  const apollo = started[0]!;
  const measured = started.filter(({ name }) => options.gateways.some((one) => one.name === name));

  const collected: Collected[] = [];
  for (const workload of options.workloads) {
    for (const gateway of measured) {
      await assertSameAnswers(apollo, gateway, workload);
      const plannedFetches = await countPlannedFetches(gateway, workload, subgraphs);
      collected.push({ gateway: gateway.name, workload: workload.name, plannedFetches, rounds: [] });
      console.log(`${workload.name}: warming up ${gateway.name}, whose answers are right`);
      const random = seededRandom(1);
      await runLoad({
        ...options,
        ...gateway,
        body: () => workload.body(random),
        seconds: options.warmupSeconds,
      });
    }
    for (let round = 1; round <= options.rounds; round++) {
      for (const gateway of measured) {
        const { measurement, kept } = await measure(gateway, workload, {
          ...options,
          subgraphs,
          seed: 100 + round,
        });
        await assertKeptAnswers(apollo, gateway, workload, kept);
        const { requestsPerSecond, cpuMsPerRequest } = measurement;
        console.log(
          `${workload.name} ${round}/${options.rounds} ${gateway.name}: ${requestsPerSecond.toFixed(0)} req/s, ${cpuMsPerRequest.toFixed(3)} ms CPU`,
        );
        collected
          .find((one) => one.gateway === gateway.name && one.workload === workload.name)!
          .rounds.push(measurement);
      }
    }
  }
  identity.close();

  const { markdown, summary } = report(collected, options, isPinned);
  console.log(`\n${markdown}`);
  await mkdir(results, { recursive: true });
  const stamp = new Date().toISOString().replaceAll(':', '-').slice(0, 19);
  await writeFile(
    join(results, `federation-${stamp}.json`),
    `${JSON.stringify({ ...summary, collected }, null, 2)}\n`,
  );

  async function start(gateway: Gateway): Promise<Running> {
    const port = await findFreePort();
    const { args, env } = gateway.start({ supergraphFile, port, internalKeyFile, jwksUrl: identity.jwksUrl });
    const child = startProcess({ name: gateway.name, args, env, core: gatewayCore });
    const running: Running = {
      name: gateway.name,
      url: `http://127.0.0.1:${port}/graphql`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(gateway.withToken && { authorization: identity.authorization }),
      },
      process: child,
    };
    await child.ready(async () => (await post(running, '{"query":"{__typename}"}')).includes('Query'));
    return running;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

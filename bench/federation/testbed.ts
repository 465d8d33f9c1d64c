import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { post } from './compare-answers.ts';
import { type Gateway, reference } from './gateways/list.ts';
import { startIdentity } from './identity.ts';
import { installPeers } from './install-peers.ts';
import type { Running } from './measure.ts';
import { findFreePort } from './processes/free-port.ts';
import { type BenchProcess, pinSelf, startProcess } from './processes/start-process.ts';
import { composeSupergraph } from './supergraph.ts';

export interface Testbed {
  subgraphs: BenchProcess;
  /** Plain Apollo: what it answers is right, whether it is measured or not. */
  reference: Running;
  /** Those that are measured. */
  gateways: Running[];
  /** Whether processes are bound to cores. */
  isPinned: boolean;
}

const gatewayCore = 0;
const loadCore = 1;
// With two cores they share one with the load generator.
const subgraphCore = availableParallelism() > 2 ? 2 : 1;
const subgraphServer = fileURLToPath(new URL('./subgraphs/server.ts', import.meta.url));

/**
 * Starts everything that a measurement needs. All gateways run from the beginning, so that rounds can go from one to the
 * next; those that are not measured at the moment have nothing to do.
 *
 * @param folder for files that live as long as the bench
 * @param profileFolder where CPU profiles of what is measured are written; none when omitted
 */
export async function startTestbed(
  wanted: readonly Gateway[],
  folder: string,
  profileFolder?: string,
): Promise<Testbed> {
  if (wanted.some(({ isPeer }) => isPeer)) installPeers();
  const isPinned = pinSelf(loadCore);
  const subgraphs = startProcess({ name: 'subgraphs', args: [subgraphServer], core: subgraphCore });
  const supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(supergraphFile, composeSupergraph(await subgraphs.ask('urls', 'urls')));
  const internalKeyFile = join(folder, 'internal-key.json');
  const { jwksUrl, authorization } = await startIdentity(internalKeyFile);

  async function start(gateway: Gateway): Promise<Running> {
    console.log(`starting ${gateway.name}`);
    const port = await findFreePort();
    const { args, env } = gateway.start({ supergraphFile, port, internalKeyFile, jwksUrl });
    const child = startProcess({
      name: gateway.name,
      args,
      env: { ...env, ...(profileFolder && { BENCH_PROFILE: profileFolder }) },
      core: gatewayCore,
    });
    const json = { 'content-type': 'application/json', accept: 'application/json' };
    const running: Running = {
      name: gateway.name,
      url: `http://127.0.0.1:${port}/graphql`,
      headers: { ...json, ...(gateway.withToken && { authorization }), ...gateway.headers },
      toSent: gateway.toSent,
      process: child,
      hostsSubgraphs: gateway.hostsSubgraphs ?? false,
    };
    await child.ready(async () =>
      (await post({ ...running, toSent: undefined }, '{"query":"{__typename}"}')).includes('Query'),
    );
    return running;
  }

  const started = new Map<string, Running>();
  for (const gateway of new Set([reference, ...wanted])) started.set(gateway.name, await start(gateway));
  return {
    subgraphs,
    reference: started.get(reference.name)!,
    gateways: wanted.map(({ name }) => started.get(name)!),
    isPinned,
  };
}

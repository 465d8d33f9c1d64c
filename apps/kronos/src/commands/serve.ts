import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '@kronos/service/environment';
import { type RunningService, StartError } from '@kronos/service/run-service';
import { type ServedSubgraph, serveSubgraph } from '@kronos/subgraph';
import { gatewayName } from '../domains.ts';
import { allOf } from '../up/all-of.ts';

/** What `subgraphs/<domain>/src/subgraph.ts` exports. */
interface SubgraphModule {
  createSubgraph: Parameters<typeof serveSubgraph>[0];
}

/** What `apps/gateway/src/serve-gateway.ts` exports. */
interface GatewayModule {
  serveGateway(
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    subgraphs: readonly ServedSubgraph[],
  ): Promise<RunningService & { url: string }>;
}

/**
 * `kronos serve`: serves the named subgraphs in this process, each on its own port. With `gateway` among the names the
 * gateway, too: it then calls those subgraphs directly, and only it is opened beyond this machine.
 *
 * @throws StartError for a name that is no subgraph
 */
export async function serve(
  names: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<RunningService> {
  const withGateway = names.includes(gatewayName);
  const domains = names.filter((name) => name !== gatewayName);
  const modules = await allOf(...domains.map(loadSubgraph));
  const ours = withGateway ? { ...environment, KRONOS_HOST: '127.0.0.1' } : environment;
  const subgraphs = await allOf(...modules.map(({ createSubgraph }) => serveSubgraph(createSubgraph, ours)));
  for (const { subgraph, url } of subgraphs) console.log(`${subgraph.name} is served at ${url}`);
  const gateway = withGateway ? await startGateway(environment, subgraphs) : undefined;
  return {
    async close() {
      await gateway?.close();
      await allOf(...subgraphs.map((subgraph) => subgraph.close()));
    },
  };
}

async function startGateway(
  environment: NodeJS.ProcessEnv,
  subgraphs: readonly ServedSubgraph[],
): Promise<RunningService> {
  const { serveGateway } = await load<GatewayModule>('apps/gateway/src/serve-gateway.ts');
  const gateway = await serveGateway([], environment, subgraphs);
  console.log(`the gateway is served at ${gateway.url}`);
  return gateway;
}

async function loadSubgraph(name: string): Promise<SubgraphModule> {
  const file = join('subgraphs', name, 'src', 'subgraph.ts');
  await access(join(repositoryRoot, file)).catch(() => {
    throw new StartError(
      `There is no subgraph ${JSON.stringify(name)}: ${join(repositoryRoot, file)} does not exist.`,
    );
  });
  return load(file);
}

// By its address: the command line knows no domain by name, and depends on no domain and on no app.
async function load<Module>(file: string): Promise<Module> {
  return import(pathToFileURL(join(repositoryRoot, file)).href);
}

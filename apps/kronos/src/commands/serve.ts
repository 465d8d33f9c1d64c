import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repositoryRoot } from '@kronos/service/environment';
import { type RunningService, StartError } from '@kronos/service/run-service';
import { serveSubgraph } from '@kronos/subgraph';
import { allOf } from '../up/all-of.ts';

/** What `subgraphs/<domain>/src/subgraph.ts` exports. */
interface SubgraphModule {
  createSubgraph: Parameters<typeof serveSubgraph>[0];
}

/**
 * `kronos serve`: serves the named subgraphs in this process, each on its own port.
 *
 * @throws StartError for a name that is no subgraph
 */
export async function serve(names: readonly string[]): Promise<RunningService> {
  const modules = await allOf(...names.map(loadSubgraph));
  const servers = await allOf(...modules.map(({ createSubgraph }) => serveSubgraph(createSubgraph)));
  servers.forEach(({ url }, index) => {
    console.log(`${names[index]} is served at ${url}`);
  });
  return {
    async close() {
      await allOf(...servers.map((server) => server.close()));
    },
  };
}

async function loadSubgraph(name: string): Promise<SubgraphModule> {
  const file = join(repositoryRoot, 'subgraphs', name, 'src', 'subgraph.ts');
  await access(file).catch(() => {
    throw new StartError(`There is no subgraph ${JSON.stringify(name)}: ${file} does not exist.`);
  });
  // By its address: the command line knows no domain by name, and no domain is a dependency of it.
  return import(pathToFileURL(file).href);
}

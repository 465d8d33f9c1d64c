import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, StartError } from '@kronos/service';
import { parse } from 'yaml';
import { domainVariable } from './domain-variable.ts';

/**
 * The port on which the gateway expects a subgraph, from its routing URL in `supergraph.yaml`.
 *
 * @throws StartError when no port stands there
 */
export function routedPort(name: string): number {
  const { subgraphs } = parse(readFileSync(join(repositoryRoot, 'supergraph.yaml'), 'utf8'));
  const url: string | undefined = subgraphs?.[name]?.routing_url;
  const port = url && URL.canParse(url) ? Number(new URL(url).port) : 0;
  if (port > 0) return port;
  throw new StartError(
    `supergraph.yaml does not say on which port the subgraph “${name}” listens: set ${domainVariable(name, 'PORT')}.`,
  );
}

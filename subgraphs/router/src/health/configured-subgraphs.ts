import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service';
import { parse } from 'yaml';

/** A subgraph of the graph that gateways serve. */
export interface ConfiguredSubgraph {
  name: string;
  /** Where its GraphQL is. */
  url: string;
  /** SHA-256 of its SDL, in hex; null when there is no such file here. */
  schemaHash: string | null;
}

interface SupergraphFile {
  subgraphs?: Record<string, { routing_url: string; schema?: { file?: string } }>;
}

/**
 * The subgraphs of `supergraph.yaml`, where gateways find them: at `<NAME>_SUBGRAPH_URL`, or at the routing URL.
 *
 * @param root the folder that has the file; no file names no subgraphs
 */
export function configuredSubgraphs(
  environment: NodeJS.ProcessEnv,
  root = repositoryRoot,
): ConfiguredSubgraph[] {
  const text = readIfThere(join(root, 'supergraph.yaml'));
  const { subgraphs = {} } = ((text && parse(text)) || {}) as SupergraphFile;
  return Object.entries(subgraphs).map(([name, { routing_url: routingUrl, schema }]) => {
    const sdl = schema?.file && readIfThere(join(root, schema.file));
    return {
      name,
      url: environment[`${name.toUpperCase()}_SUBGRAPH_URL`] || routingUrl,
      schemaHash: sdl ? hash('sha256', sdl) : null,
    };
  });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { parse } from 'yaml';
import { z } from 'zod';

/** What stands for the gateway where subgraphs are named; no subgraph may have this name. */
export const gatewayName = 'gateway';

/** A subgraph as `supergraph.yaml` declares it. */
export interface Subgraph {
  name: string;
  routingUrl: string;
  port: number;
  /** Absolute. */
  schemaFile: string;
}

const supergraphShape = z.object({
  federation_version: z.string(),
  subgraphs: z.record(
    z.string().regex(/^[a-z][a-z0-9_]*$/, 'a subgraph name has lower-case letters, digits and underscores'),
    z.object({ routing_url: z.url(), schema: z.object({ file: z.string() }) }),
  ),
});

/**
 * The subgraphs of `supergraph.yaml`, in its order.
 *
 * @param root the repository; ours when omitted
 * @throws StartError when the file is missing or not in rover's format
 */
export async function readSubgraphs(root = repositoryRoot): Promise<Subgraph[]> {
  const file = join(root, 'supergraph.yaml');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new StartError(`There is no ${file}: it lists the subgraphs.`);
  });
  const result = supergraphShape.safeParse(parse(text));
  if (!result.success) throw new StartError(`supergraph.yaml is not right: ${z.prettifyError(result.error)}`);
  return Object.entries(result.data.subgraphs).map(([name, { routing_url, schema }]) => ({
    name,
    routingUrl: routing_url,
    port: Number(new URL(routing_url).port || 80),
    schemaFile: join(root, schema.file),
  }));
}

/** The domains that have a database: the folders of `prisma/`, by name. */
export async function readDatabaseDomains(root = repositoryRoot): Promise<string[]> {
  const entries = await readdir(join(root, 'prisma'), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** What a domain's environment variables begin with, e.g. `AUTH` in `AUTH_DATABASE_URL`. */
export function variablePrefix(domain: string): string {
  return domain.toUpperCase().replaceAll('-', '_');
}

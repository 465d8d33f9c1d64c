import { type GraphFlags, readGraphAddress } from '../graph-address.ts';
import { createAskGraph } from '../operations/ask-graph.ts';
import { publish } from '../operations/publish.ts';
import { readManifest } from '../operations/read-manifest.ts';
import { readSince } from '../operations/read-since.ts';

/** What `kronos operations publish` takes from its command line. */
export interface PublishFlags extends GraphFlags {
  client?: string;
}

/** What `kronos operations unused` takes from its command line. */
export interface UnusedFlags extends GraphFlags {
  client?: string;
  since: string;
}

/**
 * `kronos operations publish`: stores the operations of a manifest, and prints what came of it. The exit code is 1 when one
 * was refused.
 *
 * @throws StartError when the manifest or the command line is not right, or the graph refuses
 */
export async function publishOperations(manifest: string, flags: PublishFlags): Promise<void> {
  const [operations, address] = await Promise.all([readManifest(manifest), readGraphAddress(flags)]);
  const { fresh, known, refused } = await publish(createAskGraph(address), operations, flags.client);
  for (const { operation, reason } of refused) console.error(`refused: ${operation.name}: ${reason}`);
  console.log(`${fresh} new, ${known} known already, ${refused.length} refused`);
  if (refused.length > 0) process.exitCode = 1;
}

const unused = `query UnusedOperations($since: DateTime!, $after: String) {
  persistedOperations(unusedSince: $since, first: 100, after: $after) { ...Page }
}`;
const unusedOfClient = `query UnusedOperationsOfClient($since: DateTime!, $after: String, $clientId: ID!) {
  persistedOperations(unusedSince: $since, first: 100, after: $after, clientId: $clientId) { ...Page }
}`;
const page = `fragment Page on PersistedOperationConnection {
  nodes { hash name lastUsedAt client { name } }
  pageInfo { hasNextPage endCursor }
}`;

interface Page {
  persistedOperations: {
    nodes: { hash: string; name: string; lastUsedAt: string | null; client: { name: string } | null }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/**
 * `kronos operations unused`: prints each stored operation that was not used for so long, with its hash, its name, its
 * client and its last use, tabs between.
 *
 * @throws StartError when the command line is not right, or the graph refuses
 */
export async function unusedOperations({ since, client, ...flags }: UnusedFlags): Promise<void> {
  const ask = createAskGraph(await readGraphAddress(flags));
  const moment = readSince(since).toISOString();
  const document = `${client === undefined ? unused : unusedOfClient}\n${page}`;
  let after: string | null = null;
  do {
    const variables: Record<string, unknown> = { since: moment, after, clientId: client };
    const { persistedOperations }: Page = await ask(document, variables);
    const { nodes, pageInfo } = persistedOperations;
    for (const { hash, name, client, lastUsedAt } of nodes)
      console.log([hash, name, client?.name ?? 'everybody', lastUsedAt ?? 'never'].join('\t'));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}

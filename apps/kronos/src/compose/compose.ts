import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '@kronos/service/environment';
import { StartError } from '@kronos/service/run-service';
import { readSubgraphs } from '../domains.ts';
import { readIfThere, readJson, writeWhole } from '../files.ts';
import { assertNodeStubsAreFresh, writeNodeStubs } from './node-stubs.ts';

/** The composed graph of a repository. */
export function supergraphFile(root = repositoryRoot): string {
  return join(root, 'supergraph.graphql');
}

/**
 * Composes the schema files that `supergraph.yaml` names.
 *
 * @throws StartError listing every reason why they do not fit together
 */
export async function composeSupergraph(root = repositoryRoot): Promise<string> {
  const subgraphs = await readSubgraphs(root);
  // Loaded only here: composition is the heaviest library of this command.
  const [{ composeServices }, { GraphQLError, parse }] = await Promise.all([
    import('@apollo/composition'),
    import('graphql'),
  ]);
  const services = await Promise.all(
    subgraphs.map(async ({ name, routingUrl, schemaFile }) => {
      const sdl = await readFile(schemaFile, 'utf8').catch(() => {
        throw new StartError(`supergraph.yaml names ${schemaFile}, which is not there.`);
      });
      try {
        return { name, url: routingUrl, typeDefs: parse(sdl) };
      } catch (error) {
        const where = error instanceof GraphQLError ? error.locations?.[0] : undefined;
        const position = where ? `:${where.line}:${where.column}` : '';
        throw new StartError(`${schemaFile}${position} is not GraphQL: ${(error as Error).message}`);
      }
    }),
  );
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl) return `${supergraphSdl.trim()}\n`;
  const reasons = (errors ?? []).map(
    ({ message, extensions }) => `  ${extensions?.code ?? 'ERROR'}: ${message}`,
  );
  throw new StartError(`The subgraphs do not compose:\n${reasons.join('\n')}`);
}

/**
 * Brings `supergraph.graphql` up to date, and before it the stubs of types that are reached by their ids.
 *
 * @returns whether `supergraph.graphql` had to be written
 */
export async function writeSupergraph(root = repositoryRoot): Promise<boolean> {
  await writeNodeStubs(root);
  const composed = await composeSupergraph(root);
  if ((await readIfThere(supergraphFile(root))) === composed) return false;
  await writeWhole(supergraphFile(root), composed);
  return true;
}

/**
 * Checks that `supergraph.graphql` is what the schema files compose to.
 *
 * @throws StartError when it is stale
 */
export async function assertSupergraphIsFresh(root = repositoryRoot): Promise<void> {
  await assertNodeStubsAreFresh(root);
  if ((await readIfThere(supergraphFile(root))) !== (await composeSupergraph(root)))
    throw new StartError('supergraph.graphql is stale: run `npx kronos compose` and commit it.');
}

/** Remembers in KRONOS_HOME from what `supergraph.graphql` was composed, so that an unchanged graph costs a hash. */
export function composeStamp(home: string, root = repositoryRoot) {
  const file = join(home, 'composed.json');
  const current = async () => {
    const subgraphs = await readSubgraphs(root);
    const inputs = [join(root, 'supergraph.yaml'), ...subgraphs.map(({ schemaFile }) => schemaFile)];
    const texts = await Promise.all([...inputs, supergraphFile(root)].map((input) => readIfThere(input)));
    return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  };
  return {
    /** Whether neither the schema files nor the composed graph have changed since `write`. */
    isFresh: async () => (await readJson<{ hash: string }>(file))?.hash === (await current()),
    write: async () => writeWhole(file, `${JSON.stringify({ hash: await current() })}\n`),
  };
}

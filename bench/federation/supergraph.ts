import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { readSubgraphSdl } from './subgraphs/subgraph.ts';

/**
 * Composes the supergraph of the subgraphs at these URLs, by name.
 *
 * @throws Error with what composition found wrong
 */
export function composeSupergraph(urls: Record<string, string>): string {
  const services = Object.entries(urls).map(([name, url]) => ({
    name,
    url,
    typeDefs: parse(readSubgraphSdl(name)),
  }));
  const { errors, supergraphSdl } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

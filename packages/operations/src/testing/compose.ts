import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/**
 * Composes subgraphs as `rover supergraph compose` would.
 *
 * @throws Error with everything that composition finds wrong
 */
export function compose(subgraphs: Record<string, { sdl: string; url?: string }>): string {
  const services = Object.entries(subgraphs).map(([name, { sdl, url }]) => ({
    name,
    url: url ?? `http://127.0.0.1:1/${name}`,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

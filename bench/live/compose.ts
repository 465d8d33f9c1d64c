import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';

/**
 * The supergraph of the source alone.
 *
 * @throws Error with what composition found wrong
 */
export function composeSupergraph(url: string): string {
  const typeDefs = parse(readFileSync(new URL('./source/schema.graphql', import.meta.url), 'utf8'));
  const { errors, supergraphSdl } = composeServices([{ name: 'quotes', url, typeDefs }]);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

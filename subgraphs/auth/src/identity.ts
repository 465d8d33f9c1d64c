import { encodeId } from '@kronos/subgraph';
import type { Resolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';

/** The other providers by which people can log in. */
export function signInProviders(_parent: unknown, _args: object, { foreignProviders }: Context) {
  return foreignProviders.names.map((name) => ({ name }));
}

export const LinkedIdentity: Resolvers['LinkedIdentity'] = {
  id: ({ id }) => encodeId('linkedidentity', id),
};

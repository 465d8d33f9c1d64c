import { encodeId } from '@kronos/subgraph';
import type { Resolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';

/** The other providers by which people can log in. */
export function signInProviders(_parent: unknown, _args: object, { foreignProviders }: Context) {
  return foreignProviders.names.map((name) => ({ name }));
}

/** What is linked to an account, oldest first: at most one of each provider. */
export function identitiesOf({ database }: Context, accountId: string) {
  return database.linkedIdentity.findMany({
    where: { accountId },
    orderBy: [{ linkedAt: 'asc' }, { id: 'asc' }],
  });
}

export const LinkedIdentity: Resolvers['LinkedIdentity'] = {
  id: ({ id }) => encodeId('linkedidentity', id),
};

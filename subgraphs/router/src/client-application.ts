import type { ClientApplication as ClientRow } from '@kronos/prisma-router';
import { type Connection, connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { ClientApplicationResolvers, QueryResolvers } from './__generated__/types.ts';
import { mayReadRules, maySeeClient } from './access.rules.ts';
import { type Context, viewerOf } from './context.ts';
import { usageOfClient } from './usage/usage.ts';

/** All applications for those who may read the rules, their own for others. */
export const clientApplications: QueryResolvers['clientApplications'] = (
  _parent,
  args,
  context,
): Promise<Connection<ClientRow>> =>
  connection({
    delegate: context.db.clientApplication,
    args,
    where: mayReadRules(context.viewer) ? {} : { ownerId: viewerOf(context).userId },
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });

/** One application, for those who may see it. */
export const clientApplication: QueryResolvers['clientApplication'] = (_parent, { id }, context) =>
  findClient(decodeId('client_application', id), context);

export const ClientApplication: ClientApplicationResolvers = {
  __resolveReference: ({ id }, context) => {
    const clientId = tryDecodeId('client_application', id);
    return clientId ? findClient(clientId, context) : null;
  },
  id: ({ id }) => encodeId('client_application', id),
  owner: ({ ownerId }) => (ownerId ? { id: ownerId } : null),
  quotaPolicy: async ({ quotaPolicyId }, _args, { loaders }) => {
    const policy = await loaders.quotaPolicy.load(quotaPolicyId);
    return policy!;
  },
  enabled: ({ isEnabled }) => isEnabled,
  keys: ({ id }, _args, { db }) =>
    db.clientKey.findMany({
      where: { clientApplicationId: id, ...isGood() },
      orderBy: { createdAt: 'desc' },
    }),
  usage: ({ id }, { window }, context) => usageOfClient(id, window ?? 'P1D', context),
};

/** An application by its id (a UUID), for those who may see it. */
export async function findClient(id: string, { loaders, viewer }: Context): Promise<ClientRow | null> {
  const client = await loaders.clientApplication.load(id);
  return client && maySeeClient(viewer, client) ? client : null;
}

/** Keys that are taken now. */
export function isGood() {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] };
}

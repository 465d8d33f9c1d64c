import type { AccessPolicyResolvers, QueryResolvers } from './__generated__/types.ts';

/** All access policies: they are few. */
export const accessPolicies: QueryResolvers['accessPolicies'] = (_parent, _args, { db }) =>
  db.accessPolicy.findMany({ orderBy: { name: 'asc' } });

export const AccessPolicy: AccessPolicyResolvers = {
  clients: async ({ clientIds }, _args, { loaders }) => {
    const clients = await Promise.all(clientIds.map((id) => loaders.clientApplication.load(id)));
    return clients.filter((client) => client !== null);
  },
};

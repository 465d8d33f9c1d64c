import { byRank, closureOf, heirsOf } from '@kronos/prisma-users/role-graph';
import { badUserInput, connection, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { QueryResolvers, RoleResolvers } from './__generated__/types.ts';
import { withPermissions } from './loaders.ts';
import { distinctPermissions, holding } from './role.rules.ts';

/** All roles, the highest first. */
export const roles: QueryResolvers['roles'] = (_parent, _args, { db }) =>
  db.role.findMany({ include: withPermissions, orderBy: [{ rank: 'desc' }, { name: 'asc' }] });

/** One role, by id or by name. */
export const role: QueryResolvers['role'] = (_parent, { id, name }, { loaders }) => {
  if (id && !name) return loaders.role.load(decodeId('role', id));
  if (name && !id) return loaders.roleByName.load(name);
  throw badUserInput('Give “id” or “name”, and not both.');
};

/** All rights that a role can give. */
export const permissions: QueryResolvers['permissions'] = (_parent, _args, { db }) =>
  db.permission.findMany({ orderBy: { scope: 'asc' } });

export const Role: RoleResolvers = {
  __resolveReference: (reference, { loaders }) => {
    if ('name' in reference) return loaders.roleByName.load(reference.name);
    const id = tryDecodeId('role', reference.id);
    return id ? loaders.role.load(id) : null;
  },
  id: ({ id }) => encodeId('role', id),
  permissions: async (row, _args, { loaders }) => {
    // Most inherit nothing; and one that was just deleted is in no graph any more.
    if (row.inherits.length === 0) return distinctPermissions([row]);
    return distinctPermissions(closureOf(await loaders.roleGraph(), [row.id]).keys());
  },
  ownPermissions: (row) => distinctPermissions([row]),
  inherits: async (row, _args, { loaders }) => {
    const graph = await loaders.roleGraph();
    return row.inherits.flatMap(({ inheritedId }) => graph.get(inheritedId) ?? []).sort(byRank);
  },
  users: async (row, args, { db, loaders, viewer }) => {
    if (!viewer?.scopes.has('users:read')) return null;
    return connection({
      delegate: db.user,
      args,
      where: holding(heirsOf(await loaders.roleGraph(), [row.id])),
      orderBy: [{ field: 'createdAt', direction: 'DESC' }],
    });
  },
};

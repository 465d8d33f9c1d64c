import { badUserInput, decodeId, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { QueryResolvers, RoleResolvers } from './__generated__/types.ts';
import { withPermissions } from './loaders.ts';

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
  permissions: (row) => row.permissions.map(({ permission }) => permission),
};

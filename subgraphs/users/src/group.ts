import type { User as UserRow } from '@kronos/prisma-users';
import { byRank } from '@kronos/prisma-users/role-graph';
import {
  type ConnectionDelegate,
  connection,
  decodeId,
  encodeId,
  toWhere,
  tryDecodeId,
} from '@kronos/subgraph';
import type { GroupOrderField, GroupResolvers, QueryResolvers, StringFilter } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { type GroupRow, withRoles } from './loaders.ts';
import { mayReadPrivate } from './privacy.rules.ts';

/** Groups in pages, for those who may read all. */
export const groups: QueryResolvers['groups'] = (_parent, { filter, orderBy, ...args }, { db }) =>
  connection({
    // `include` makes rows of groups rows with roles, which the delegate's type does not know.
    delegate: db.group as unknown as ConnectionDelegate<GroupRow>,
    args,
    where: toWhere(filter, filterFields),
    include: withRoles,
    orderBy: orderBy?.map(({ field, direction }) => ({
      field: columns[field],
      direction: direction ?? 'ASC',
    })) ?? [{ field: 'createdAt', direction: 'DESC' }],
  });

/** One group, if the viewer may see it. */
export const group: QueryResolvers['group'] = (_parent, { id }, { loaders }) =>
  loaders.group.load(decodeId('group', id));

export const Group: GroupResolvers = {
  __resolveReference: ({ id }, { loaders }) => {
    const groupId = tryDecodeId('group', id);
    return groupId ? loaders.group.load(groupId) : null;
  },
  id: ({ id }) => encodeId('group', id),
  roles: async (row, _args, { loaders }) => {
    const graph = await loaders.roleGraph();
    return row.roles.flatMap(({ roleId }) => graph.get(roleId) ?? []).sort(byRank);
  },
  members: ({ id }, args, { db, viewer }) => {
    if (!viewer?.scopes.has('users:read')) return null;
    return connection({
      delegate: db.user,
      args,
      where: { groups: { some: { groupId: id } } },
      orderBy: [{ field: 'createdAt', direction: 'DESC' }],
    });
  },
};

/** `User.groups`: by name; null when they are not for the caller to know. */
export async function groupsOfUser(
  person: UserRow,
  _args: unknown,
  { viewer, loaders }: Context,
): Promise<GroupRow[] | null> {
  if (!mayReadPrivate(viewer, person.id)) return null;
  const holder = await loaders.rolesOf.load(person.id);
  const found = await loaders.group.loadMany(holder?.groupIds ?? []);
  const rows = found.filter((row): row is GroupRow => row !== null && !(row instanceof Error));
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const columns: Record<GroupOrderField, string> = { CREATED_AT: 'createdAt', NAME: 'name' };

const filterFields = {
  id: { column: 'id', decode: (id: string) => decodeId('group', id) },
  name: 'name',
  role: (name: StringFilter) => ({ roles: { some: { role: toWhere({ name }, { name: 'name' }) } } }),
  createdAt: 'createdAt',
};

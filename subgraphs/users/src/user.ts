import { connection, decodeId, encodeId, toWhere, tryDecodeId, wordsOf } from '@kronos/subgraph';
import type { QueryResolvers, StringFilter, UserOrderField, UserResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { dataExports } from './data-export/data-export.ts';
import { groupsOfUser } from './group.ts';
import type { RoleRow } from './loaders.ts';
import { preferences } from './preferences.ts';
import { mayReadPrivate } from './privacy.rules.ts';
import { distinctPermissions } from './role.rules.ts';
import { suspension } from './suspension.ts';

/** The public profile of one person. */
export const user: QueryResolvers['user'] = (_parent, { id }, { findUser }) => findUser(decodeId('user', id));

/** People in pages, for those who may read all. */
export const users: QueryResolvers['users'] = (_parent, { query, filter, orderBy, ...args }, { db }) =>
  connection({
    delegate: db.user,
    args,
    where: {
      AND: [toWhere(filter, filterFields), ...wordsOf(query).map((displayName) => ({ displayName }))],
    },
    orderBy: orderBy?.map(({ field, direction }) => ({
      field: columns[field],
      direction: direction ?? 'ASC',
    })) ?? [{ field: 'createdAt', direction: 'DESC' }],
  });

/** A profile, each part for those who may read it. */
export const User: UserResolvers = {
  __resolveReference: ({ id }, { findUser }) => {
    const userId = tryDecodeId('user', id);
    return userId ? findUser(userId) : null;
  },
  id: ({ id }) => encodeId('user', id),
  locale: (person, _args, { viewer }) => (mayReadPrivate(viewer, person.id) ? person.locale : null),
  timeZone: (person, _args, { viewer }) => (mayReadPrivate(viewer, person.id) ? person.timeZone : null),
  status: (person, _args, { viewer }) => (mayReadPrivate(viewer, person.id) ? person.status : null),
  suspension,
  dataExports,
  preferences,
  role: async (person, _args, context) => (await readRoles(person.id, context))?.[0] ?? null,
  roles: (person, _args, context) => readRoles(person.id, context),
  assignedRoles: async (person, _args, { viewer, loaders }) => {
    if (!mayReadPrivate(viewer, person.id)) return null;
    return (await loaders.rolesOf.load(person.id))?.assigned ?? null;
  },
  groups: groupsOfUser,
  permissions: async (person, _args, context) => {
    const roles = await readRoles(person.id, context);
    return roles && distinctPermissions(roles);
  },
};

const columns: Record<UserOrderField, string> = {
  CREATED_AT: 'createdAt',
  UPDATED_AT: 'updatedAt',
  DISPLAY_NAME: 'displayName',
};

const filterFields = {
  id: { column: 'id', decode: (id: string) => decodeId('user', id) },
  displayName: 'displayName',
  status: 'status',
  role: (name: StringFilter) => ({ roles: { some: { role: toWhere({ name }, { name: 'name' }) } } }),
  createdAt: 'createdAt',
};

/** The highest first; null when they are not for the caller to know. */
async function readRoles(userId: string, { viewer, loaders }: Context): Promise<RoleRow[] | null> {
  if (!mayReadPrivate(viewer, userId)) return null;
  const holder = await loaders.rolesOf.load(userId);
  return holder?.roles ?? null;
}

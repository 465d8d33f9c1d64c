import type { Prisma, PrismaClient } from '@kronos/prisma-users';
import { heldRoles, roleIdsOf } from '@kronos/prisma-users/access';
import { byRank, closureOf, type RoleGraph } from '@kronos/prisma-users/role-graph';
import { rowLoader, rowsLoader, type Viewer } from '@kronos/subgraph';
import { groupSeenBy } from './privacy.rules.ts';

/** What to read with a role so that its permissions and what it inherits can be answered. */
export const withPermissions = {
  permissions: { select: { scope: true, permission: true }, orderBy: { scope: 'asc' } },
  inherits: { select: { inheritedId: true } },
} satisfies Prisma.RoleInclude;

/** A role with its permissions. */
export type RoleRow = Prisma.RoleGetPayload<{ include: typeof withPermissions }>;

/** What to read with a group so that its roles can be answered. */
export const withRoles = { roles: { select: { roleId: true } } } satisfies Prisma.GroupInclude;

/** A group with the ids of its roles. */
export type GroupRow = Prisma.GroupGetPayload<{ include: typeof withRoles }>;

/** The reads of one request, or of one event of a subscription: many references, one query. */
export function createLoaders(db: PrismaClient, viewer: Viewer | null) {
  let graph: Promise<RoleGraph<RoleRow>> | undefined;
  /** All roles by their ids: at most some hundreds. */
  const roleGraph = () => {
    graph ??= db.role
      .findMany({ include: withPermissions })
      .then((rows) => new Map(rows.map((row) => [row.id, row])));
    return graph;
  };

  const loaders = {
    user: rowLoader((ids) => db.user.findMany({ where: { id: { in: [...ids] } } })),
    /** A user's id with the roles that they were given and all that they have by these and their groups, highest first. */
    rolesOf: rowLoader(async (ids) => {
      const holders = await db.user.findMany({ where: { id: { in: [...ids] } }, select: heldRoles });
      const known = await roleGraph();
      return holders.map((holder) => ({
        id: holder.id,
        assigned: holder.roles.flatMap(({ roleId }) => known.get(roleId) ?? []).sort(byRank),
        roles: [...closureOf(known, roleIdsOf(holder)).keys()].sort(byRank),
        groupIds: holder.groups.map(({ groupId }) => groupId),
      }));
    }),
    /** The suspension that lasts, of those who are suspended. */
    suspensionsOf: rowsLoader(
      (ids) =>
        db.suspension.findMany({
          where: { userId: { in: ids }, reinstatedAt: null },
          orderBy: { suspendedAt: 'desc' },
        }),
      ({ userId }) => userId,
    ),
    /** Exports that have not expired, the newest first. */
    exportsOf: rowsLoader(
      (ids) =>
        db.dataExport.findMany({
          where: { userId: { in: ids }, expiresAt: { gt: new Date() } },
          orderBy: { requestedAt: 'desc' },
        }),
      ({ userId }) => userId,
    ),
    exportSteps: rowsLoader(
      (ids) => db.dataExportStep.findMany({ where: { exportId: { in: ids } }, orderBy: { domain: 'asc' } }),
      ({ exportId }) => exportId,
    ),
    erasureSteps: rowsLoader(
      (ids) => db.erasureStep.findMany({ where: { requestId: { in: ids } }, orderBy: { domain: 'asc' } }),
      ({ requestId }) => requestId,
    ),
    role: rowLoader((ids) => db.role.findMany({ where: { id: { in: [...ids] } }, include: withPermissions })),
    roleByName: rowLoader(
      (names) => db.role.findMany({ where: { name: { in: [...names] } }, include: withPermissions }),
      (role) => role.name,
    ),
    /** Groups that the viewer may see. */
    group: rowLoader(async (ids) => {
      if (!viewer) return [];
      return db.group.findMany({
        where: { AND: [{ id: { in: [...ids] } }, groupSeenBy(viewer)] },
        include: withRoles,
      });
    }),
  };

  return {
    ...loaders,
    roleGraph,
    /** After a write: what the request loads of rights from now on is what the write has made. */
    forgetRights(): void {
      graph = undefined;
      for (const loader of [loaders.rolesOf, loaders.role, loaders.roleByName, loaders.group])
        loader.clearAll();
    },
  };
}

/**
 * Whatever may stand on the way to a decision, by its kind: not limited to what the viewer may see by themselves, because
 * whoever may see a decision may see by what it came.
 */
export function createNodes(db: PrismaClient, { user, role }: Pick<Loaders, 'user' | 'role'>) {
  return {
    user,
    role,
    group: rowLoader((ids) => db.group.findMany({ where: { id: { in: [...ids] } }, include: withRoles })),
    entry: rowLoader((ids) => db.aclEntry.findMany({ where: { id: { in: [...ids] } } })),
  };
}

export type Nodes = ReturnType<typeof createNodes>;

export type Loaders = ReturnType<typeof createLoaders>;

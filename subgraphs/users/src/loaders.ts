import type { Prisma, PrismaClient } from '@kronos/prisma-users';
import { rowLoader } from '@kronos/subgraph';

/** What to read with a role so that its permissions can be answered. */
export const withPermissions = {
  permissions: { select: { permission: true }, orderBy: { scope: 'asc' } },
} satisfies Prisma.RoleInclude;

/** A role with its permissions. */
export type RoleRow = Prisma.RoleGetPayload<{ include: typeof withPermissions }>;

/** The reads of one request, or of one event of a subscription: many references, one query. */
export function createLoaders(db: PrismaClient) {
  return {
    user: rowLoader((ids) => db.user.findMany({ where: { id: { in: [...ids] } } })),
    /** A user's id with the roles that they hold, the highest first. */
    rolesOf: rowLoader((ids) =>
      db.user.findMany({
        where: { id: { in: [...ids] } },
        select: {
          id: true,
          roles: { select: { role: { include: withPermissions } }, orderBy: { role: { rank: 'desc' } } },
        },
      }),
    ),
    role: rowLoader((ids) => db.role.findMany({ where: { id: { in: [...ids] } }, include: withPermissions })),
    roleByName: rowLoader(
      (names) => db.role.findMany({ where: { name: { in: [...names] } }, include: withPermissions }),
      (role) => role.name,
    ),
  };
}

export type Loaders = ReturnType<typeof createLoaders>;

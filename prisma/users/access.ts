import { appendAllToOutbox } from '@kronos/events';
import type { Prisma } from './client/client.ts';
import { byRank, closureOf, type RoleGraph, scopesOf } from './role-graph.ts';

/** What someone may do, as it stands in their access token, and the groups by which more may be given to them. */
export interface Access {
  /** Names, the highest role first: held, by a group, or inherited. */
  roles: string[];
  /** Without duplicates, in alphabetical order. */
  scopes: string[];
  /** UUIDs. */
  groups: string[];
}

const lockName = 'kronos access';

/**
 * Waits for whoever changes what roles and groups are worth, and lets them wait until this transaction ends. Taken
 * before someone gets a role: what is then announced of them is the whole truth.
 */
export async function shareAccess(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtext(${lockName}))`;
}

/**
 * Keeps all roles, groups and their holders as they are until this transaction ends. Taken before roles or groups
 * change, and before anything that may take rights from an administrator.
 */
export async function lockAccess(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${lockName}))`;
}

/**
 * Locks users until the transaction ends, always in the same order: whoever changes someone's rights does this first,
 * because of two `accessChanged` the later must tell the whole truth.
 */
export async function lockUsers(tx: Prisma.TransactionClient, userIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    SELECT 1 FROM "user" WHERE id = ANY(${userIds}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
}

const graphRole = {
  id: true,
  name: true,
  rank: true,
  permissions: { select: { scope: true } },
  inherits: { select: { inheritedId: true } },
} satisfies Prisma.RoleSelect;

/** All roles as they are in this transaction; their number is limited. */
export async function loadRoleGraph(tx: Prisma.TransactionClient): Promise<RoleGraph> {
  const roles = await tx.role.findMany({ select: graphRole });
  return new Map(roles.map((role) => [role.id, role]));
}

/** Which roles and groups a user has, to be selected with them. */
export const heldRoles = {
  id: true,
  roles: { select: { roleId: true } },
  groups: { select: { groupId: true, group: { select: { roles: { select: { roleId: true } } } } } },
} satisfies Prisma.UserSelect;

/** A user's id with what `heldRoles` selects. */
export type Holder = Prisma.UserGetPayload<{ select: typeof heldRoles }>;

/** The roles of a user that are not inherited: their own and those of their groups, as ids. */
export function roleIdsOf({ roles, groups }: Holder): string[] {
  return [...roles, ...groups.flatMap(({ group }) => group.roles)].map(({ roleId }) => roleId);
}

/** The rights that a user's roles add up to. */
export function accessOf(holder: Holder, graph: RoleGraph): Access {
  const roles = [...closureOf(graph, roleIdsOf(holder)).keys()].sort(byRank);
  return {
    roles: roles.map(({ name }) => name),
    scopes: scopesOf(roles),
    groups: holder.groups.map(({ groupId }) => groupId),
  };
}

/**
 * Announces the rights that users have in this transaction.
 *
 * @param userIds of users whom the transaction has locked or made; not more than some hundreds
 */
export async function announceAccess(tx: Prisma.TransactionClient, ...userIds: string[]): Promise<void> {
  const graph = await loadRoleGraph(tx);
  const holders = await tx.user.findMany({ where: { id: { in: userIds } }, select: heldRoles });
  const payloads = holders.map((holder) => ({ userId: holder.id, ...accessOf(holder, graph) }));
  if (payloads.length > 0) await appendAllToOutbox(tx, 'accessChanged', payloads);
}

import type { Prisma, PrismaClient } from '@kronos/prisma-users';
import { type Holder, heldRoles, loadRoleGraph } from '@kronos/prisma-users/access';
import { closureOf, type RoleGraph } from '@kronos/prisma-users/role-graph';
import { type Entry, keyOf, type Person, type Resource, type Subject } from './access.decide.ts';

/** People by their ids, with the ways to all that they are; who does not exist is missing. */
export async function loadPeople(db: PrismaClient, userIds: string[]): Promise<Map<string, Person>> {
  if (userIds.length === 0) return new Map();
  const [holders, graph] = await Promise.all([
    db.user.findMany({ where: { id: { in: userIds } }, select: { ...heldRoles, status: true } }),
    loadRoleGraph(db),
  ]);
  return new Map(
    holders.map((holder) => [holder.id, toPerson(holder, holder.status === 'ACTIVE', graph)] as const),
  );
}

/** A person of a row. */
export function toPerson(holder: Holder, isActive: boolean, graph: RoleGraph): Person {
  const self: Subject = { kind: 'user', id: holder.id };
  const ways = new Map<string, readonly Subject[]>([[keyOf(self), [self]]]);
  const roleOf = new Map<string, string>();

  /** Of several ways to a role the first stays: what is one's own before what comes by a group. */
  function addRoles(roleIds: string[], way: readonly Subject[]): void {
    for (const [role, via] of closureOf(graph, roleIds)) {
      const step: Subject = { kind: 'role', id: role.id };
      if (ways.has(keyOf(step))) continue;
      const before = via ? (ways.get(keyOf({ kind: 'role', id: via.id })) ?? way) : way;
      ways.set(keyOf(step), [...before, step]);
      for (const { scope } of role.permissions) if (!roleOf.has(scope)) roleOf.set(scope, role.id);
    }
  }

  addRoles(
    holder.roles.map(({ roleId }) => roleId),
    [self],
  );
  for (const { groupId, group } of holder.groups) {
    const way: Subject[] = [self, { kind: 'group', id: groupId }];
    ways.set(keyOf(way[1]!), way);
    addRoles(
      group.roles.map(({ roleId }) => roleId),
      way,
    );
  }
  return { userId: holder.id, isActive, ways, roleOf };
}

/** Entries that have not ended, on any of some actions with resources, about any of some people or what they are. */
export async function loadEntries(
  db: PrismaClient,
  people: Iterable<Person>,
  asked: readonly { action: string; resource: Resource }[],
  now: Date,
): Promise<Entry[]> {
  if (asked.length === 0) return [];
  const rows = await db.aclEntry.findMany({
    where: {
      AND: [
        aboutAnyOf([...people]),
        {
          OR: asked.map(({ action, resource }) => ({
            action,
            resourceType: resource.type,
            OR: resource.id ? [{ resourceId: resource.id }, { resourceId: null }] : [{ resourceId: null }],
          })),
        },
        stillLive(now),
      ],
    },
    orderBy: { id: 'asc' },
  });
  return rows.map((row) => ({ ...row, subject: subjectOf(row) }));
}

/** Entries about people themselves, their groups or their roles, as a condition for the database. */
export function aboutAnyOf(people: readonly Person[]): Prisma.AclEntryWhereInput {
  const ids = { user: new Set<string>(), group: new Set<string>(), role: new Set<string>() };
  for (const { ways } of people)
    for (const way of ways.values()) {
      const last = way.at(-1)!;
      ids[last.kind].add(last.id);
    }
  return {
    OR: [
      { userId: { in: [...ids.user] } },
      { groupId: { in: [...ids.group] } },
      { roleId: { in: [...ids.role] } },
    ],
  };
}

/** Entries that have not ended, as a condition for the database. */
export function stillLive(now: Date): Prisma.AclEntryWhereInput {
  return { OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] };
}

/** Whom an entry concerns. */
export function subjectOf(row: {
  userId: string | null;
  groupId: string | null;
  roleId: string | null;
}): Subject {
  if (row.userId) return { kind: 'user', id: row.userId };
  return row.groupId ? { kind: 'group', id: row.groupId } : { kind: 'role', id: row.roleId! };
}

/**
 * Whose things are, by `<type>:<id>`, as far as their domains have announced it; a person is their own.
 *
 * @param resources things, not types
 */
export async function loadOwners(
  db: PrismaClient,
  resources: readonly Resource[],
): Promise<Map<string, string>> {
  const owners = new Map<string, string>();
  const asked: { resourceType: string; resourceId: string }[] = [];
  for (const { type, id } of resources) {
    if (!id) continue;
    if (type === 'user') owners.set(`user:${id}`, id);
    else asked.push({ resourceType: type, resourceId: id });
  }
  const rows = asked.length > 0 ? await db.resourceOwner.findMany({ where: { OR: asked } }) : [];
  for (const { resourceType, resourceId, ownerId } of rows)
    owners.set(`${resourceType}:${resourceId}`, ownerId);
  return owners;
}

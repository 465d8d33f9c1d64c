import type { Prisma } from '@kronos/prisma-users';
import { accessOf, heldRoles, loadRoleGraph } from '@kronos/prisma-users/access';
import { closureOf, type RoleGraph, scopesOf } from '@kronos/prisma-users/role-graph';
import { userFaults, type Viewer } from '@kronos/subgraph';
import { beyondCaller, fault, noSuchRole } from './faults.ts';
import { scopesBeyond } from './role.rules.ts';

/** What a role is to give from now on; what is null or undefined stays as it is. */
export interface Rights {
  /** Scopes. */
  permissions?: readonly string[] | null;
  /** Names of roles. */
  inherits?: readonly string[] | null;
}

/**
 * Writes what a role allows and inherits.
 *
 * @param tx holds `lockAccess`
 * @param id of a role that there is
 * @returns whether the role now gives other rights or other roles than before
 * @throws the user faults NOT_FOUND, CONFLICT and FORBIDDEN
 */
export async function writeRights(
  tx: Prisma.TransactionClient,
  id: string,
  { permissions, inherits }: Rights,
  viewer: Viewer | null,
): Promise<boolean> {
  const before = await loadRoleGraph(tx);
  if (permissions) await writePermissions(tx, id, permissions);
  if (inherits) await writeInheritance(tx, id, inherits, before);
  const after = await loadRoleGraph(tx);

  const [had, has] = [worthOf(before, id), worthOf(after, id)];
  const gained = has.scopes.filter((scope) => !had.scopes.includes(scope));
  const beyond = scopesBeyond(viewer, gained);
  const isOwn = permissions?.some((scope) => beyond.includes(scope));
  if (beyond.length > 0) userFaults(beyondCaller(['input', isOwn ? 'permissions' : 'inherits'], beyond));
  return String(had.roles) !== String(has.roles) || String(had.scopes) !== String(has.scopes);
}

function worthOf(graph: RoleGraph, id: string) {
  const roles = [...closureOf(graph, [id]).keys()];
  return { roles: roles.map(({ name }) => name).sort(), scopes: scopesOf(roles) };
}

async function writePermissions(tx: Prisma.TransactionClient, id: string, scopes: readonly string[]) {
  const known = await tx.permission.findMany({ where: { scope: { in: scopes.map(storable) } } });
  const unknown = scopes.filter((scope) => !known.some((permission) => permission.scope === scope));
  if (unknown.length > 0)
    userFaults(
      fault('NOT_FOUND', `There is no permission “${unknown[0]}”.`, ['input', 'permissions'], { unknown }),
    );
  const builtIn = await tx.rolePermission.findMany({ where: { roleId: id, builtIn: true } });
  const missing = builtIn.map(({ scope }) => scope).filter((scope) => !scopes.includes(scope));
  if (missing.length > 0)
    userFaults(
      fault('CONFLICT', 'In every installation this role has more than that.', ['input', 'permissions'], {
        missing,
      }),
    );
  await tx.rolePermission.deleteMany({ where: { roleId: id, builtIn: false } });
  await tx.rolePermission.createMany({
    data: scopes.map((scope) => ({ roleId: id, scope })),
    skipDuplicates: true,
  });
}

async function writeInheritance(
  tx: Prisma.TransactionClient,
  id: string,
  names: readonly string[],
  graph: RoleGraph,
) {
  const inherited = [...graph.values()].filter(({ name }) => names.includes(name));
  if (inherited.length < names.length) userFaults(noSuchRole(['input', 'inherits']));
  const inheritedIds = inherited.map((role) => role.id);
  const reached = closureOf(graph, inheritedIds).keys();
  if ([...reached].some((role) => role.id === id))
    userFaults(fault('CONFLICT', 'A role cannot inherit itself.', ['input', 'inherits']));

  await tx.roleInheritance.deleteMany({ where: { heirId: id } });
  await tx.roleInheritance.createMany({
    data: inheritedIds.map((inheritedId) => ({ heirId: id, inheritedId })),
  });
}

/** PostgreSQL refuses the NUL character even in a comparison; no scope has a space. */
function storable(scope: string): string {
  return scope.replaceAll('\0', ' ');
}

/** What gives rights: roles, with all that they inherit, and groups. */
interface Givers {
  roleIds: readonly string[];
  groupIds?: readonly string[];
}

/**
 * Refuses to give, or to take, rights that the viewer does not have: those of roles, and what entries share with the roles
 * and groups or keep from them.
 *
 * @param field the argument at fault
 * @throws the user fault FORBIDDEN
 */
export async function refuseBeyond(
  tx: Prisma.TransactionClient,
  { roleIds, groupIds = [] }: Givers,
  viewer: Viewer | null,
  field: string[],
): Promise<void> {
  const roles = [...closureOf(await loadRoleGraph(tx), [...roleIds]).keys()];
  const beyond = scopesBeyond(viewer, scopesOf(roles));
  if (beyond.length > 0) userFaults(beyondCaller(field, beyond));
  if (viewer?.scopes.has('acl:write')) return;
  const ofRoles = { roleId: { in: roles.map(({ id }) => id) } };
  const shared = await tx.aclEntry.findFirst({
    where: {
      AND: [
        { OR: [ofRoles, { groupId: { in: [...groupIds] } }] },
        { OR: [{ expiresAt: null }, { expiresAt: { gt: new Date() } }] },
      ],
    },
    select: { id: true },
  });
  if (shared) userFaults(beyondCaller(field, ['acl:write']));
}

/**
 * Refuses to do something to somebody who has rights that the viewer does not have: who helps people must not be able to put
 * out administrators.
 *
 * @throws the user fault FORBIDDEN
 */
export async function refuseOutOfReach(
  tx: Prisma.TransactionClient,
  userId: string,
  viewer: Viewer | null,
): Promise<void> {
  const holder = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: heldRoles });
  const beyond = scopesBeyond(viewer, accessOf(holder, await loadRoleGraph(tx)).scopes);
  if (beyond.length > 0)
    userFaults(
      fault('FORBIDDEN', `They may do what you may not: ${beyond.join(', ')}.`, ['id'], { scopes: beyond }),
    );
}

import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { loadRoleGraph, lockAccess } from './access.ts';
import { announceAffected } from './announce-due.ts';
import { type Prisma, PrismaClient } from './client/client.ts';
import { heirsOf } from './role-graph.ts';
import { permissions, roles } from './roles.ts';

type RoleDefinition = (typeof roles)[number];

/**
 * Brings the roles and permissions of every installation to what `roles.ts` says; running it again changes nothing.
 * What administrators have given to these roles beside it stays.
 *
 * Whoever holds a role whose permissions change is announced by `accessChanged`, else auth would go on giving
 * them tokens with the old scopes.
 *
 * @returns one line that says what was done
 */
export async function seed({ databaseUrl }: { databaseUrl: string }): Promise<string> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 1 }) });
  try {
    return await db.$transaction(writeRoles, { maxWait: 30_000, timeout: 60_000 });
  } finally {
    await db.$disconnect();
  }
}

async function writeRoles(tx: Prisma.TransactionClient): Promise<string> {
  // Two processes may start, and seed, at the same moment.
  await lockAccess(tx);
  for (const [scope, description] of Object.entries(permissions)) {
    await tx.permission.upsert({ where: { scope }, create: { scope, description }, update: { description } });
  }

  const changed: string[] = [];
  for (const role of roles) {
    if (await writeRole(tx, role)) changed.push(role.name);
  }
  if (changed.length === 0) return `roles ${roles.map(({ name }) => name).join(', ')}: nothing to change`;

  const graph = await loadRoleGraph(tx);
  const changedIds = [...graph.values()].filter(({ name }) => changed.includes(name)).map(({ id }) => id);
  const announced = await announceAffected(tx, { roleIds: heirsOf(graph, changedIds) });
  return `roles ${changed.join(', ')}: written; rights announced of ${announced} users`;
}

/** @returns whether the role now gives other scopes than before */
async function writeRole(
  tx: Prisma.TransactionClient,
  { name, description, rank, scopes }: RoleDefinition,
): Promise<boolean> {
  const existing = await tx.role.findUnique({ where: { name }, select: { permissions: true } });
  const { id } = await tx.role.upsert({
    where: { name },
    create: { id: randomUUID(), name, description, rank, builtIn: true },
    update: { description, rank, builtIn: true },
  });
  const before = existing?.permissions.filter(({ builtIn }) => builtIn).map(({ scope }) => scope);
  if (before && sameMembers(before, scopes)) return false;

  await tx.rolePermission.deleteMany({
    where: { roleId: id, OR: [{ builtIn: true }, { scope: { in: [...scopes] } }] },
  });
  await tx.rolePermission.createMany({
    data: scopes.map((scope) => ({ roleId: id, scope, builtIn: true })),
  });
  return true;
}

/** Neither list holds anything twice. */
function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}

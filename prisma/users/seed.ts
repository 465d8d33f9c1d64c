import { randomUUID } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { announceHolders } from './announce-holders.ts';
import { type Prisma, PrismaClient } from './client/client.ts';
import { permissions, roles } from './roles.ts';

type RoleDefinition = (typeof roles)[number];

/**
 * Brings the roles and permissions in the database to what `roles.ts` says; running it again changes nothing.
 *
 * Whoever holds a role whose permissions change is announced by `accessChanged`, else auth would go on giving
 * them tokens with the old scopes.
 *
 * @returns one line that says what was done
 */
export async function seed({ databaseUrl }: { databaseUrl: string }): Promise<string> {
  const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 1 }) });
  try {
    return await db.$transaction(writeRoles, { timeout: 60_000 });
  } finally {
    await db.$disconnect();
  }
}

async function writeRoles(tx: Prisma.TransactionClient): Promise<string> {
  // Two processes may start, and seed, at the same moment.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('kronos seed users'))`;
  for (const [scope, description] of Object.entries(permissions)) {
    await tx.permission.upsert({ where: { scope }, create: { scope, description }, update: { description } });
  }

  const changed: string[] = [];
  for (const role of roles) {
    if (await writeRole(tx, role)) changed.push(role.name);
  }
  if (changed.length === 0) return `roles ${roles.map(({ name }) => name).join(', ')}: nothing to change`;

  const announced = await announceHolders(tx, changed);
  return `roles ${changed.join(', ')}: written; rights announced of ${announced} users`;
}

/** @returns whether the role now gives other scopes than before */
async function writeRole(
  tx: Prisma.TransactionClient,
  { name, description, rank, scopes }: RoleDefinition,
): Promise<boolean> {
  const before = await tx.role.findUnique({ where: { name }, select: { permissions: true } });
  const { id } = await tx.role.upsert({
    where: { name },
    create: { id: randomUUID(), name, description, rank },
    update: { description, rank },
  });
  if (
    before &&
    sameMembers(
      before.permissions.map(({ scope }) => scope),
      scopes,
    )
  )
    return false;

  await tx.rolePermission.deleteMany({ where: { roleId: id } });
  await tx.rolePermission.createMany({ data: scopes.map((scope) => ({ roleId: id, scope })) });
  return true;
}

/** Neither list holds anything twice. */
function sameMembers(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((member) => right.includes(member));
}

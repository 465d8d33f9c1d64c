import { appendToOutbox } from '@kronos/events';
import type { Prisma } from './client/client.ts';

/** What someone may do, as it stands in their access token. */
export interface Access {
  /** Names, the highest role first. */
  roles: string[];
  /** Without duplicates, in alphabetical order. */
  scopes: string[];
}

const withRoles = {
  roles: {
    select: { role: { select: { name: true, rank: true, permissions: { select: { scope: true } } } } },
  },
} satisfies Prisma.UserSelect;

type HolderOfRoles = Prisma.UserGetPayload<{ select: typeof withRoles }>;

/** The rights that a user's roles add up to. */
export function accessOf(user: HolderOfRoles): Access {
  const roles = user.roles.map(({ role }) => role).sort((a, b) => b.rank - a.rank);
  const scopes = new Set(roles.flatMap((role) => role.permissions.map(({ scope }) => scope)));
  return { roles: roles.map((role) => role.name), scopes: [...scopes].sort() };
}

/**
 * Locks a user until the transaction ends: whoever changes someone's roles does this first, because of two
 * `accessChanged` the later must tell the whole truth.
 */
export async function lockUser(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM "user" WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
}

/**
 * Announces the rights that a user has in this transaction.
 *
 * @param userId of a user whom the transaction has locked or made
 */
export async function announceAccess(tx: Prisma.TransactionClient, userId: string): Promise<void> {
  const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, select: withRoles });
  await appendToOutbox(tx, 'accessChanged', { userId, ...accessOf(user) });
}

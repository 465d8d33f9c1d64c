import { appendToOutbox } from '@kronos/events';
import type { Prisma } from './client/client.ts';

/** What to read with a user so that `accessOf` can tell their rights. */
export const withAccess = {
  roles: {
    select: { role: { select: { name: true, rank: true, permissions: { select: { scope: true } } } } },
  },
} satisfies Prisma.UserInclude;

type UserWithAccess = Prisma.UserGetPayload<{ include: typeof withAccess }>;

/** What someone may do, as it stands in their access token. */
export interface Access {
  /** Names, the highest role first. */
  roles: string[];
  /** Without duplicates, in alphabetical order. */
  scopes: string[];
}

/**
 * The rights that a user's roles add up to.
 *
 * @param user a row read with `withAccess`
 */
export function accessOf(user: Pick<UserWithAccess, 'roles'>): Access {
  const roles = user.roles.map(({ role }) => role).sort((a, b) => b.rank - a.rank);
  const scopes = new Set(roles.flatMap((role) => role.permissions.map(({ scope }) => scope)));
  return { roles: roles.map((role) => role.name), scopes: [...scopes].sort() };
}

/**
 * Locks a user until the transaction ends: whoever changes someone's roles does this first, because of two
 * `accessChanged` the later must tell the whole truth.
 *
 * @returns whether there is such a user
 */
export async function lockUser(tx: Prisma.TransactionClient, userId: string): Promise<boolean> {
  const locked = await tx.$executeRaw`SELECT 1 FROM "user" WHERE id = ${userId}::uuid FOR NO KEY UPDATE`;
  return locked === 1;
}

/**
 * Announces the rights that a user has in this transaction.
 *
 * @param userId of a user whom the transaction has locked or created
 */
export async function announceAccess(tx: Prisma.TransactionClient, userId: string): Promise<Access> {
  const user = await tx.user.findUniqueOrThrow({ where: { id: userId }, include: withAccess });
  const access = accessOf(user);
  await appendToOutbox(tx, 'accessChanged', { userId, ...access });
  return access;
}

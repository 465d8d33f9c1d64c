import { announceAccess, lockUser } from './access.ts';
import type { Prisma } from './client/client.ts';

const batchSize = 500;

/**
 * Announces the rights of everyone who holds one of the roles, because those roles have changed.
 *
 * @param tx has locked the roles, so that nobody gets or loses them meanwhile
 * @returns how many users were announced
 */
export async function announceHolders(tx: Prisma.TransactionClient, roleNames: string[]): Promise<number> {
  let announced = 0;
  let last: string | undefined;
  do {
    const page = await tx.user.findMany({
      where: { roles: { some: { role: { name: { in: roleNames } } } }, id: last ? { gt: last } : undefined },
      orderBy: { id: 'asc' },
      select: { id: true },
      take: batchSize,
    });
    for (const { id } of page) {
      await lockUser(tx, id);
      await announceAccess(tx, id);
    }
    announced += page.length;
    last = page.at(-1)?.id;
  } while (last);
  return announced;
}

import type { Handlers } from '@kronos/events';
import { Prisma } from '@kronos/prisma-users';
import { announceAccess } from '@kronos/prisma-users/access';
import { basicRole } from './role.rules.ts';

/** What happens here because of events of auth. */
export const onAuth: Handlers<Prisma.TransactionClient> = {
  /** Makes the profile of someone who has signed up. Roles that are not known here are left out. */
  async userCreated(tx, { payload, occurredAt }) {
    const { userId, displayName } = payload;
    const roles = await findRoles(tx, [basicRole, ...payload.roles]);
    if (!roles.some(({ name }) => name === basicRole)) throw new Error('The roles are not seeded yet.');

    await tx.user.create({
      data: {
        id: userId,
        displayName,
        createdAt: occurredAt,
        roles: { create: roles.map(({ id }) => ({ roleId: id })) },
      },
    });
    // Someone with the basic role alone is what auth takes everyone to be.
    if (roles.length > 1 || payload.roles.some((name) => name !== basicRole))
      await announceAccess(tx, userId);
  },
};

/** Shares the lock of the roles: a seed that changes what they allow waits, and then announces this user too. */
function findRoles(tx: Prisma.TransactionClient, names: string[]): Promise<{ id: string; name: string }[]> {
  return tx.$queryRaw`SELECT id, name FROM role WHERE name IN (${Prisma.join(names)}) ORDER BY id FOR SHARE`;
}

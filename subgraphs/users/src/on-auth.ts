import type { Handlers } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { announceAccess, shareAccess } from '@kronos/prisma-users/access';
import { basicRole } from './role.rules.ts';

/** What happens here because of events of auth. */
export const onAuth: Handlers<Prisma.TransactionClient> = {
  /** Makes the profile of someone who has signed up. Roles that are not known here are left out. */
  async userCreated(tx, { payload, occurredAt }) {
    const { userId, displayName } = payload;
    await shareAccess(tx);
    const roles = await tx.role.findMany({ where: { name: { in: [basicRole, ...payload.roles] } } });
    if (!roles.some(({ name }) => name === basicRole)) throw new Error('The roles are not seeded yet.');

    await tx.user.create({
      data: {
        id: userId,
        displayName,
        createdAt: occurredAt,
        roles: { create: roles.map(({ id }) => ({ roleId: id })) },
      },
    });
    // Someone with the basic role alone, as long as that gives nothing, is what auth takes everyone to be.
    if (roles.length > 1 || payload.roles.some((name) => name !== basicRole) || (await givesRights(tx)))
      await announceAccess(tx, userId);
  },
};

/** Whether the role that everyone holds allows anything, by itself or by what it inherits. */
async function givesRights(tx: Prisma.TransactionClient): Promise<boolean> {
  const anything = { OR: [{ permissions: { some: {} } }, { inherits: { some: {} } }] };
  return (await tx.role.count({ where: { name: basicRole, ...anything } })) > 0;
}

import { appendToOutbox } from '@kronos/events';
import type { Prisma, Role, User } from '@kronos/prisma-users';
import { announceAccess, lockUsers, shareAccess } from '@kronos/prisma-users/access';
import { mutation, requireRecentLogin, tryDecodeId, userFaults } from '@kronos/subgraph';
import type {
  MutationRoleAssignArgs,
  MutationRoleUnassignArgs,
  RoleAssignInput,
} from './__generated__/types.ts';
import { keepingAnAdministrator } from './administrators.ts';
import type { Context } from './context.ts';
import { fault, noSuchRole, noSuchUser } from './faults.ts';
import { refuseBeyond } from './role.rights.ts';
import { basicRole } from './role.rules.ts';

const everyonesRole = fault('CONFLICT', `Everyone keeps the role “${basicRole}”.`, ['input', 'role']);

/** Gives someone a role. */
export const roleAssign = mutation((_parent: unknown, { input }: MutationRoleAssignArgs, context: Context) =>
  changeRole(context, input, async (tx, userId) => {
    await shareAccess(tx);
    const role = await findRole(tx, input.role);
    await refuseBeyond(tx, { roleIds: [role.id] }, context.viewer, ['input', 'role']);
    return change(tx, userId, async () => {
      const data = [{ userId, roleId: role.id }];
      return (await tx.userRole.createMany({ data, skipDuplicates: true })).count;
    });
  }),
);

/** Takes a role from someone. */
export const roleUnassign = mutation(
  (_parent: unknown, { input }: MutationRoleUnassignArgs, context: Context) =>
    changeRole(context, input, (tx, userId) =>
      keepingAnAdministrator(tx, ['input', 'userId'], async () => {
        const role = await findRole(tx, input.role);
        if (role.name === basicRole) userFaults(everyonesRole);
        await refuseBeyond(tx, { roleIds: [role.id] }, context.viewer, ['input', 'role']);
        const where = { userId, roleId: role.id };
        return change(tx, userId, async () => (await tx.userRole.deleteMany({ where })).count);
      }),
    ),
);

/** Changes who holds a role. */
async function changeRole(
  context: Context,
  input: RoleAssignInput,
  write: (tx: Prisma.TransactionClient, userId: string) => Promise<void>,
): Promise<{ user: User }> {
  requireRecentLogin(context.viewer);
  const userId = tryDecodeId('user', input.userId);
  const user = userId && (await context.findUser(userId));
  if (!user || user.status === 'ERASED') return userFaults(noSuchUser(['input', 'userId']));

  await context.db.$transaction((tx) => write(tx, user.id));
  context.loaders.forgetRights();
  context.access.forget(user.id);
  return { user };
}

async function findRole(tx: Prisma.TransactionClient, name: string): Promise<Role> {
  const role = name.includes('\0') ? null : await tx.role.findUnique({ where: { name } });
  return role ?? userFaults(noSuchRole(['input', 'role']));
}

/** Writes the change, with the user locked, and announces it if it was one. */
async function change(
  tx: Prisma.TransactionClient,
  userId: string,
  write: () => Promise<number>,
): Promise<void> {
  await lockUsers(tx, [userId]);
  if ((await write()) === 0) return;
  await announceAccess(tx, userId);
  await appendToOutbox(tx, 'userUpdated', { userId });
}

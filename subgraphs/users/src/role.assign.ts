import { appendToOutbox } from '@kronos/events';
import type { Prisma, Role, User } from '@kronos/prisma-users';
import { announceAccess, lockUser } from '@kronos/prisma-users/access';
import { mutation, requireRecentLogin, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type {
  MutationRoleAssignArgs,
  MutationRoleUnassignArgs,
  RoleAssignInput,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { noSuchRole, noSuchUser } from './faults.ts';
import { adminRole, basicRole } from './role.rules.ts';

const lastAdmin = new UserFault({
  code: 'LAST_ADMIN',
  message: 'Make someone else an administrator first: nobody would be left.',
  field: ['input', 'userId'],
});
const everyonesRole = new UserFault({
  code: 'CONFLICT',
  message: `Everyone keeps the role “${basicRole}”.`,
  field: ['input', 'role'],
});

/** Gives someone a role. */
export const roleAssign = mutation((_parent: unknown, { input }: MutationRoleAssignArgs, context: Context) =>
  changeRole(context, input, assign),
);

/** Takes a role from someone. */
export const roleUnassign = mutation(
  (_parent: unknown, { input }: MutationRoleUnassignArgs, context: Context) =>
    changeRole(context, input, unassign),
);

/** Writes a change of who holds a role; tells whether it was one. */
type Change = (tx: Prisma.TransactionClient, role: RoleKey, userId: string) => Promise<boolean>;
type RoleKey = Pick<Role, 'id' | 'name'>;

/**
 * Changes who holds a role and announces it.
 *
 * The role's row is locked first: of two administrators who take the role from one another at the same moment, the
 * second then sees that nobody would be left.
 */
async function changeRole(context: Context, input: RoleAssignInput, change: Change): Promise<{ user: User }> {
  requireRecentLogin(context.viewer);
  const { db, loaders } = context;
  const userId = tryDecodeId('user', input.userId);
  const user = userId && (await context.findUser(userId));
  if (!user) return userFaults(noSuchUser(['input', 'userId']));

  await db.$transaction(async (tx) => {
    const [role] = await tx.$queryRaw<RoleKey[]>`
      SELECT id, name FROM role WHERE name = ${input.role} FOR NO KEY UPDATE`;
    if (!role) return userFaults(noSuchRole(['input', 'role']));

    await lockUser(tx, user.id);
    if (!(await change(tx, role, user.id))) return;
    await announceAccess(tx, user.id);
    await appendToOutbox(tx, 'userUpdated', { userId: user.id });
  });
  loaders.rolesOf.clear(user.id);
  return { user };
}

const assign: Change = async (tx, role, userId) => {
  const { count } = await tx.userRole.createMany({
    data: [{ userId, roleId: role.id }],
    skipDuplicates: true,
  });
  return count > 0;
};

const unassign: Change = async (tx, role, userId) => {
  if (role.name === basicRole) return userFaults(everyonesRole);
  const { count } = await tx.userRole.deleteMany({ where: { userId, roleId: role.id } });
  if (count === 0) return false;

  const isVital = role.name === adminRole;
  const holders = { roleId: role.id, user: { status: 'ACTIVE' } } as const;
  if (isVital && (await tx.userRole.count({ where: holders })) === 0) return userFaults(lastAdmin);
  return true;
};

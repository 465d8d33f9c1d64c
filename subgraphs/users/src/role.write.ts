import type { Prisma } from '@kronos/prisma-users';
import { loadRoleGraph, lockAccess } from '@kronos/prisma-users/access';
import { announceAffected } from '@kronos/prisma-users/announce-due';
import { heirsOf } from '@kronos/prisma-users/role-graph';
import { mutation, newId, requireRecentLogin, tryDecodeId, userFaults, validInput } from '@kronos/subgraph';
import type {
  MutationRoleCreateArgs,
  MutationRoleDeleteArgs,
  MutationRoleUpdateArgs,
} from './__generated__/types.ts';
import { keepingAnAdministrator } from './administrators.ts';
import type { Context } from './context.ts';
import { fault, noSuchRole } from './faults.ts';
import { type RoleRow, withPermissions } from './loaders.ts';
import { writeRights } from './role.rights.ts';
import { maxRoles, roleChanges, roleShape } from './role.rules.ts';

/** Makes a role. */
export const roleCreate = mutation(
  async (_parent: unknown, { input }: MutationRoleCreateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { permissions, inherits, ...values } = validInput(roleShape, input);
    const id = newId();
    await context.db.$transaction(async (tx) => {
      await lockAccess(tx);
      if ((await tx.role.count()) >= maxRoles)
        userFaults(fault('LIMIT_REACHED', `There are ${maxRoles} roles, and cannot be more.`));
      if (await tx.role.findUnique({ where: { name: values.name } }))
        userFaults(fault('CONFLICT', 'There is a role of this name.', ['input', 'name']));
      await tx.role.create({ data: { id, ...values } });
      await writeRights(tx, id, { permissions, inherits }, context.viewer);
    });
    return answer(context, id);
  },
);

/** Changes what a role is worth. */
export const roleUpdate = mutation(
  async (_parent: unknown, { id: roleId, input }: MutationRoleUpdateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { permissions, inherits, rank, description } = validInput(roleChanges, input);
    const id = tryDecodeId('role', roleId) ?? userFaults(noSuchRole(['id']));
    await context.db.$transaction((tx) =>
      keepingAnAdministrator(tx, ['input', 'inherits'], async () => {
        const before = (await tx.role.findUnique({ where: { id } })) ?? userFaults(noSuchRole(['id']));
        const isRanked = typeof rank === 'number' && rank !== before.rank;
        if (isRanked && before.builtIn)
          userFaults(fault('CONFLICT', 'The rank of this role is fixed.', ['input', 'rank']));
        await tx.role.update({ where: { id }, data: { description, rank: rank ?? undefined } });
        const isWorthAnother = await writeRights(tx, id, { permissions, inherits }, context.viewer);
        if (isRanked || isWorthAnother)
          await announceAffected(tx, { roleIds: heirsOf(await loadRoleGraph(tx), [id]) });
      }),
    );
    context.announceSoon();
    return answer(context, id);
  },
);

/** Deletes a role that nothing uses. */
export const roleDelete = mutation(
  async (_parent: unknown, { id: roleId }: MutationRoleDeleteArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const id = tryDecodeId('role', roleId) ?? userFaults(noSuchRole(['id']));
    const role = await context.db.$transaction(async (tx) => {
      await lockAccess(tx);
      const row =
        (await tx.role.findUnique({ where: { id }, include: withPermissions })) ??
        userFaults(noSuchRole(['id']));
      if (row.builtIn) userFaults(fault('CONFLICT', 'Every installation has this role.', ['id']));
      await refuseInUse(tx, id);
      await tx.role.delete({ where: { id } });
      return row;
    });
    return { role };
  },
);

async function refuseInUse(tx: Prisma.TransactionClient, id: string): Promise<void> {
  const { _count } = await tx.role.findUniqueOrThrow({
    where: { id },
    select: { _count: { select: { users: true, heirs: true, groups: true, aclEntries: true } } },
  });
  const { users, heirs: roles, groups, aclEntries } = _count;
  if (users + roles + groups + aclEntries === 0) return;
  userFaults(
    fault('ROLE_IN_USE', 'Take the role from everyone and everything that has it first.', ['id'], {
      ...{ users, roles, groups, aclEntries },
    }),
  );
}

async function answer({ loaders, access }: Context, id: string): Promise<{ role: RoleRow | null }> {
  loaders.forgetRights();
  access.forgetAll();
  return { role: await loaders.role.load(id) };
}

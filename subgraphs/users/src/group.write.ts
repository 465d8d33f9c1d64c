import { appendToOutbox } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { loadRoleGraph, lockAccess } from '@kronos/prisma-users/access';
import { announceAffected, announceBatch, noteDue } from '@kronos/prisma-users/announce-due';
import {
  mutation,
  newId,
  requireRecentLogin,
  tryDecodeId,
  userFaults,
  type Viewer,
  validInput,
} from '@kronos/subgraph';
import type {
  MutationGroupCreateArgs,
  MutationGroupDeleteArgs,
  MutationGroupUpdateArgs,
} from './__generated__/types.ts';
import { keepingAnAdministrator } from './administrators.ts';
import type { Context } from './context.ts';
import { fault, noSuchGroup, noSuchRole } from './faults.ts';
import { groupChanges, groupShape } from './group.rules.ts';
import { type GroupRow, withRoles } from './loaders.ts';
import { refuseBeyond } from './role.rights.ts';

/** Makes a group. */
export const groupCreate = mutation(
  async (_parent: unknown, { input }: MutationGroupCreateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { roles, ...values } = validInput(groupShape, input);
    const id = newId();
    const group = await context.db.$transaction(async (tx) => {
      await lockAccess(tx);
      await refuseTakenName(tx, values.name, id);
      await tx.group.create({ data: { id, ...values } });
      await writeRoles(tx, id, roles, context.viewer);
      return findGroup(tx, id);
    });
    return { group };
  },
);

/** Changes a group. */
export const groupUpdate = mutation(
  async (_parent: unknown, { id: groupId, input }: MutationGroupUpdateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { roles, ...values } = validInput(groupChanges, input);
    const id = decodeGroup(groupId);
    const group = await context.db.$transaction((tx) =>
      keepingAnAdministrator(tx, ['input', 'roles'], async () => {
        await findGroup(tx, id);
        if (values.name) await refuseTakenName(tx, values.name, id);
        await tx.group.update({ where: { id }, data: values });
        if (roles && (await writeRoles(tx, id, roles, context.viewer)))
          await announceAffected(tx, { groupIds: [id] });
        return findGroup(tx, id);
      }),
    );
    afterWrite(context);
    return { group };
  },
);

/** Deletes a group and takes from its members what they had by it. */
export const groupDelete = mutation(
  async (_parent: unknown, { id: groupId }: MutationGroupDeleteArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const id = decodeGroup(groupId);
    const group = await context.db.$transaction((tx) =>
      keepingAnAdministrator(tx, ['id'], async () => {
        const row = await findGroup(tx, id);
        await noteDue(tx, { groupIds: [id] });
        await tx.group.delete({ where: { id } });
        await appendToOutbox(tx, 'groupDeleted', { groupId: id });
        await announceBatch(tx);
        return row;
      }),
    );
    afterWrite(context);
    return { group };
  },
);

/** @throws the user fault NOT_FOUND for what is no group's id */
export function decodeGroup(id: string): string {
  return tryDecodeId('group', id) ?? userFaults(noSuchGroup(['id']));
}

/** @throws the user fault NOT_FOUND when there is none */
export async function findGroup(tx: Prisma.TransactionClient, id: string): Promise<GroupRow> {
  const row = await tx.group.findUnique({ where: { id }, include: withRoles });
  return row ?? userFaults(noSuchGroup(['id']));
}

/** What has changed is read anew, and those who were too many for the transaction are announced. */
export function afterWrite({ loaders, access, announceSoon }: Context): void {
  loaders.forgetRights();
  access.forgetAll();
  announceSoon();
}

async function refuseTakenName(tx: Prisma.TransactionClient, name: string, id: string): Promise<void> {
  const other = await tx.group.findFirst({ where: { name, id: { not: id } }, select: { id: true } });
  if (other) userFaults(fault('CONFLICT', 'There is a group of this name.', ['input', 'name']));
}

/** @returns whether the group now gives other roles than before */
async function writeRoles(
  tx: Prisma.TransactionClient,
  groupId: string,
  names: string[],
  viewer: Viewer | null,
): Promise<boolean> {
  const graph = await loadRoleGraph(tx);
  const wanted = [...graph.values()].filter(({ name }) => names.includes(name)).map(({ id }) => id);
  if (wanted.length < names.length) userFaults(noSuchRole(['input', 'roles']));

  const before = (await tx.groupRole.findMany({ where: { groupId } })).map(({ roleId }) => roleId);
  const added = wanted.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !wanted.includes(id));
  await refuseBeyond(tx, { roleIds: [...added, ...removed] }, viewer, ['input', 'roles']);
  if (added.length === 0 && before.length === wanted.length) return false;
  await tx.groupRole.deleteMany({ where: { groupId, roleId: { notIn: wanted } } });
  await tx.groupRole.createMany({ data: added.map((roleId) => ({ groupId, roleId })) });
  return true;
}

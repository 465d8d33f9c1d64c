import type { Prisma } from '@kronos/prisma-users';
import { announceAccess, lockUsers } from '@kronos/prisma-users/access';
import { mutation, requireRecentLogin, tryDecodeId, userFaults, validInput } from '@kronos/subgraph';
import type { MutationGroupMembersUpdateArgs } from './__generated__/types.ts';
import { keepingAnAdministrator } from './administrators.ts';
import type { Context } from './context.ts';
import { fault, noSuchUser } from './faults.ts';
import { maxGroupsOfPerson, maxMembers, membersChange } from './group.rules.ts';
import { afterWrite, decodeGroup, findGroup } from './group.write.ts';
import { refuseBeyond } from './role.rights.ts';

/** Takes people into a group and out of it. */
export const groupMembersUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationGroupMembersUpdateArgs, context: Context) => {
    requireRecentLogin(context.viewer);
    const { add, remove } = validInput(membersChange, input);
    const groupId = decodeGroup(id);
    const coming = await findPeople(context, add, 'add');
    const going = await findPeople(context, remove, 'remove');

    const group = await context.db.$transaction((tx) =>
      keepingAnAdministrator(tx, ['input', 'remove'], async () => {
        const row = await findGroup(tx, groupId);
        const roleIds = row.roles.map(({ roleId }) => roleId);
        const given = { roleIds, groupIds: [groupId] };
        await refuseBeyond(tx, given, context.viewer, ['input', coming.length > 0 ? 'add' : 'remove']);
        await lockUsers(tx, [...coming, ...going]);
        const left = await takeOut(tx, groupId, going);
        const joined = await takeIn(tx, groupId, coming);
        if (left.length + joined.length > 0) await announceAccess(tx, ...left, ...joined);
        return row;
      }),
    );
    afterWrite(context);
    return { group };
  },
);

/** @returns UUIDs of people who exist */
async function findPeople({ findUser }: Context, ids: string[], list: 'add' | 'remove'): Promise<string[]> {
  const people = await Promise.all(
    ids.map(async (id) => {
      const userId = tryDecodeId('user', id);
      return userId && (await findUser(userId));
    }),
  );
  return people.map((person) => {
    const isThere = person && (list === 'remove' || person.status !== 'ERASED');
    return isThere ? person.id : userFaults(noSuchUser(['input', list]));
  });
}

/** @returns those who were members */
async function takeOut(tx: Prisma.TransactionClient, groupId: string, userIds: string[]): Promise<string[]> {
  const where = { groupId, userId: { in: userIds } };
  const members = await tx.groupMember.findMany({ where });
  await tx.groupMember.deleteMany({ where });
  return members.map(({ userId }) => userId);
}

/** @returns those who were no members */
async function takeIn(tx: Prisma.TransactionClient, groupId: string, userIds: string[]): Promise<string[]> {
  const made = await tx.groupMember.createManyAndReturn({
    data: userIds.map((userId) => ({ groupId, userId })),
    skipDuplicates: true,
  });
  const joined = made.map(({ userId }) => userId);
  if (joined.length > 0 && (await tx.groupMember.count({ where: { groupId } })) > maxMembers)
    userFaults(fault('LIMIT_REACHED', `A group has at most ${maxMembers} members.`, ['input', 'add']));
  const perPerson = await tx.groupMember.groupBy({
    by: ['userId'],
    where: { userId: { in: joined } },
    _count: true,
  });
  if (perPerson.some(({ _count }) => _count > maxGroupsOfPerson))
    userFaults(
      fault('LIMIT_REACHED', `A person is in at most ${maxGroupsOfPerson} groups.`, ['input', 'add']),
    );
  return joined;
}

import { appendToOutbox, erasedName } from '@kronos/events';
import type { Prisma } from '@kronos/prisma-users';
import { announceAccess, lockUsers } from '@kronos/prisma-users/access';
import {
  erased,
  erasedBy,
  type PersonalData,
  personKeyTable,
  retained,
  searchKeyTable,
} from '@kronos/subgraph';

/** What this domain keeps of people. */
export const personalData: PersonalData<Prisma.TransactionClient> = {
  tables: {
    user: {
      holds: 'The profile.',
      person: 'id',
      // It stays, so that what others have done with them has somebody to point to.
      onErasure: erasedBy(eraseProfile),
    },
    user_preferences: {
      holds: 'What they like.',
      person: 'user_id',
      onErasure: erased,
    },
    group_member: {
      holds: 'The groups that they belong to.',
      person: 'user_id',
      onErasure: erased,
    },
    user_role: {
      holds: 'The roles that they hold.',
      person: 'user_id',
      onErasure: erasedBy(async (tx, userId) => {
        const { count } = await tx.userRole.deleteMany({ where: { userId } });
        await announceAccess(tx, userId);
        return { erased: count };
      }),
    },
    acl_entry: {
      holds: 'What was shared with them, or kept from them.',
      person: 'user_id',
      mentions: { granted_by_id: 'Who shared it.' },
      onErasure: erased,
    },
    resource_owner: {
      holds: 'Things of other domains that are theirs.',
      person: 'owner_id',
      // They are what their own domain says of them: it has kept them, in the name of nobody.
      onErasure: erasedBy(async (tx, ownerId) => ({
        anonymised: await tx.resourceOwner.count({ where: { ownerId } }),
      })),
    },
    access_due: {
      holds: 'That their rights have changed, for a moment.',
      person: 'user_id',
      onErasure: erased,
    },
    suspension: {
      holds: 'Times in which their account was closed, and why.',
      person: 'user_id',
      mentions: { suspended_by: 'Who closed it.', reinstated_by: 'Who opened it again.' },
      onErasure: erased,
    },
    data_export: {
      holds: 'Exports of their data.',
      person: 'user_id',
      mentions: { requested_by: 'Who asked for it.' },
      // With it goes the key to all that was exported, wherever copies of it are.
      withheld: ['private_key'],
      onErasure: erased,
    },
    erasure_request: {
      holds: 'That they, or somebody else, asked for their erasure.',
      person: 'user_id',
      mentions: { requested_by: 'Who asked for it.' },
      onErasure: retained('That an erasure was asked for and done has to be proved.'),
    },
    // The last: from then on nothing is read that is sealed of them.
    person_key: personKeyTable,
  },
  others: {
    search_key: searchKeyTable,
    role: 'Rules.',
    permission: 'Rules.',
    role_permission: 'Rules.',
    role_inheritance: 'Rules.',
    group: 'Rules.',
    group_role: 'Rules.',
    erasure_step: 'How far an erasure has come; it goes with its request.',
    data_export_step: 'How far an export has come; it goes with the export.',
    data_export_part: 'What was exported; it goes with the export.',
  },
};

async function eraseProfile(tx: Prisma.TransactionClient, userId: string) {
  await lockUsers(tx, [userId]);
  const { count } = await tx.user.updateMany({
    where: { id: userId },
    data: { displayName: erasedName, avatarUrl: null, locale: null, timeZone: null, status: 'ERASED' },
  });
  if (count > 0) await appendToOutbox(tx, 'userUpdated', { userId });
  return { anonymised: count };
}

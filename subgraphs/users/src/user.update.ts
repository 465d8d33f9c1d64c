import { appendToOutbox } from '@kronos/events';
import { mutation, tryDecodeId, UserFault, userFaults, validInput } from '@kronos/subgraph';
import type { MutationUserUpdateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { noSuchUser } from './faults.ts';
import { mayWrite } from './privacy.rules.ts';
import { profileChange } from './profile.rules.ts';

const notYours = new UserFault({
  code: 'FORBIDDEN',
  message: 'You can change your own profile only.',
  field: ['id'],
});

/** Changes a profile and announces it. */
export const userUpdate = mutation(
  async (_parent: unknown, { id, input }: MutationUserUpdateArgs, context: Context) => {
    const { viewer, db, findUser, loaders } = context;
    const userId = tryDecodeId('user', id);
    if (!userId) return userFaults(noSuchUser(['id']));
    if (!mayWrite(viewer, userId)) return userFaults(notYours);
    if (!(await findUser(userId))) return userFaults(noSuchUser(['id']));

    const data = validInput(profileChange, input);
    const user = await db.$transaction(async (tx) => {
      await appendToOutbox(tx, 'userUpdated', { userId });
      return tx.user.update({ where: { id: userId }, data });
    });
    loaders.user.clear(userId).prime(userId, user);
    return { user };
  },
);

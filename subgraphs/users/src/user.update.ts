import { mutation, validInput } from '@kronos/subgraph';
import type { MutationUserUpdateArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { profileChange } from './profile.rules.ts';
import { changePerson } from './user.change.ts';

/** Changes a profile and announces it. */
export const userUpdate = mutation(
  (_parent: unknown, { id, input }: MutationUserUpdateArgs, context: Context) =>
    changePerson(context, id, (tx, userId) =>
      tx.user.update({ where: { id: userId }, data: validInput(profileChange, input) }),
    ),
);

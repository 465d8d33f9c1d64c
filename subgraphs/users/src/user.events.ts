import type { DomainEvent } from '@kronos/events';
import type { User } from '@kronos/prisma-users';
import { decodeId, forbidden, notFound, subscription } from '@kronos/subgraph';
import type { SubscriptionAccessChangedArgs, SubscriptionUserUpdatedArgs } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { mayReadPrivate } from './privacy.rules.ts';
import { distinctPermissions } from './role.rules.ts';

/** Changes of profiles. */
export const userUpdated = newsOfUser('userUpdated', ({ id }: SubscriptionUserUpdatedArgs) => id);

/** Changes of what people may do. */
export const accessChanged = newsOfUser(
  'accessChanged',
  ({ userId }: SubscriptionAccessChangedArgs) => userId,
);

/** A subscription to what happens to one person, or to everyone for those who may read all. */
function newsOfUser<Args>(
  name: 'userUpdated' | 'accessChanged',
  idIn: (args: Args) => string | null | undefined,
) {
  /** Undefined: everyone. */
  const watched = (args: Args, { viewer }: Context): string | undefined => {
    const id = idIn(args);
    if (id) return decodeId('user', id);
    return viewer?.scopes.has('users:read') ? undefined : viewer?.userId;
  };

  return subscription(
    {
      domain: 'users',
      names: [name],
      key: watched,
      authorize(args: Args, context: Context) {
        const userId = watched(args, context);
        if (userId && !mayReadPrivate(context.viewer, userId)) throw forbidden();
      },
      visible: (event, _args, context) => maySee(event, context),
      resolve: async (event, _args, context): Promise<{ user: User }> => {
        const user = await context.findUser(event.payload.userId);
        if (!user) throw notFound('There is nobody of this id any more.');
        return { user };
      },
    },
    (context: Context) => context.log,
  );
}

/**
 * Whether the subscriber may still hear of this person. A token is as old as the subscription: someone who has lost
 * the right to read others since then hears nothing more.
 */
async function maySee(
  { payload }: DomainEvent<'userUpdated' | 'accessChanged'>,
  { viewer, loaders, findUser }: Context,
): Promise<boolean> {
  if (!viewer) return false;
  if (viewer.userId === payload.userId) return true;
  const watcher = await findUser(viewer.userId);
  const holder = watcher && (await loaders.rolesOf.load(watcher.id));
  const permissions = distinctPermissions(holder?.roles ?? []);
  return permissions.some(({ scope }) => scope === 'users:read');
}

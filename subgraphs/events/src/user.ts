import { connection, encodeId, tryDecodeId } from '@kronos/subgraph';
import type { UserResolvers } from './__generated__/types.ts';
import type { Context } from './context.ts';
import { foundBy } from './event.visibility.ts';
import { registrationsOfUser } from './registration.list.ts';

/** What this domain adds to people, of whom it knows the id and nothing else. */
export const User: UserResolvers<Context> = {
  __resolveReference({ id }) {
    const uuid = tryDecodeId('user', id);
    return uuid === null ? null : { id: uuid };
  },
  id: (user) => encodeId('user', user.id),
  async organizedEvents(user, args, { db, viewer, access }) {
    return connection({
      delegate: db.event,
      args,
      where: { AND: [{ organizerId: user.id }, foundBy(viewer, await access())] },
      orderBy: [{ field: 'startsAt', direction: 'ASC' }],
    });
  },
  registrations: registrationsOfUser,
};

import { encodeId, tryDecodeId } from '@kronos/subgraph';
import type { UserResolvers } from './__generated__/types.ts';
import { inbox } from './inbox.ts';

/** What this domain adds to a person: for themselves alone. */
export const User: UserResolvers = {
  __resolveReference: ({ id }) => {
    const userId = tryDecodeId('user', id);
    return userId ? { id: userId } : null;
  },
  id: ({ id }) => encodeId('user', id),
  notifications: ({ id }, args, { db, viewer }) => (viewer?.userId === id ? inbox(db, id, args) : null),
  unreadNotificationCount: ({ id }, _args, { db, viewer }) =>
    viewer?.userId === id
      ? db.notification.count({ where: { recipientId: id, readAt: null, archivedAt: null } })
      : null,
};

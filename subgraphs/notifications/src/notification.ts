import { decodeId, encodeId, notFound, tryDecodeId } from '@kronos/subgraph';
import type { NotificationResolvers, QueryResolvers } from './__generated__/types.ts';
import { inbox } from './inbox.ts';
import { viewerOf } from './viewer.ts';

/** The caller's own notifications. */
export const notifications: QueryResolvers['notifications'] = (_parent, args, context) =>
  inbox(context.db, viewerOf(context).userId, args);

/** One of the caller's own notifications. */
export const notification: QueryResolvers['notification'] = async (_parent, { id }, { ownNotifications }) => {
  const found = await ownNotifications.load(decodeId('notification', id));
  if (!found) throw notFound('You have no notification of this id.');
  return found;
};

export const Notification: NotificationResolvers = {
  __resolveReference: ({ id }, { ownNotifications }) => {
    const notificationId = tryDecodeId('notification', id);
    return notificationId ? ownNotifications.load(notificationId) : null;
  },
  id: ({ id }) => encodeId('notification', id),
  recipient: ({ recipientId }) => ({ id: recipientId }),
  event: ({ eventId }) => (eventId ? { id: encodeId('event', eventId) } : null),
};

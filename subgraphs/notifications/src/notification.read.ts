import type { Notification } from '@kronos/prisma-notifications';
import { mutation, tryDecodeId, UserFault, userFaults } from '@kronos/subgraph';
import type {
  MutationNotificationArchiveArgs,
  MutationNotificationMarkReadArgs,
} from './__generated__/types.ts';
import type { Context } from './context.ts';
import { viewerOf } from './viewer.ts';

const notYours = new UserFault({
  code: 'NOT_FOUND',
  message: 'You have no notification of this id.',
  field: ['id'],
});

/** Marks one of the caller's notifications as read. */
export const notificationMarkRead = mutation(
  (_parent: unknown, { id }: MutationNotificationMarkReadArgs, context: Context) =>
    stamp(context, id, 'readAt'),
);

/** Takes one of the caller's notifications out of their list. */
export const notificationArchive = mutation(
  (_parent: unknown, { id }: MutationNotificationArchiveArgs, context: Context) =>
    stamp(context, id, 'archivedAt'),
);

/** Marks as read whatever the caller's list shows as unread. */
export const notificationsMarkAllRead = mutation(
  async (_parent: unknown, _args: object, context: Context) => {
    const { db, ownNotifications } = context;
    const { count } = await db.notification.updateMany({
      where: { recipientId: viewerOf(context).userId, readAt: null, archivedAt: null },
      data: { readAt: new Date() },
    });
    ownNotifications.clearAll();
    return { markedCount: count };
  },
);

/** Notes the moment on one of the caller's own notifications; the first time counts. */
async function stamp(
  context: Context,
  id: string,
  field: 'readAt' | 'archivedAt',
): Promise<{ notification: Notification }> {
  const { db, ownNotifications } = context;
  const notificationId = tryDecodeId('notification', id);
  if (!notificationId) return userFaults(notYours);

  await db.notification.updateMany({
    where: { id: notificationId, recipientId: viewerOf(context).userId, [field]: null },
    data: { [field]: new Date() },
  });
  const notification = await ownNotifications.clear(notificationId).load(notificationId);
  return notification ? { notification } : userFaults(notYours);
}

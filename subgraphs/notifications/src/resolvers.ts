import type { Resolvers } from './__generated__/types.ts';
import { notificationArchive, notificationMarkRead, notificationsMarkAllRead } from './notification.read.ts';
import { notificationReceived } from './notification.received.ts';
import { Notification, notification, notifications } from './notification.ts';
import { User } from './user.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { notifications, notification },
  Mutation: { notificationMarkRead, notificationsMarkAllRead, notificationArchive },
  Subscription: { notificationReceived },
  Notification,
  User,
};

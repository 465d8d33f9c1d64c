import { notFound, subscription } from '@kronos/subgraph';
import type { Context } from './context.ts';
import { viewerOf } from './viewer.ts';

/** The caller's own notifications, as they come. The log wakes nobody else for them. */
export const notificationReceived = subscription(
  {
    domain: 'notifications',
    names: ['notificationReceived'],
    key: (_args: object, context: Context) => viewerOf(context).userId,
    resolve: async ({ payload }, _args, { ownNotifications }) => {
      const notification = await ownNotifications.load(payload.notificationId);
      if (!notification) throw notFound('You have no notification of this id any more.');
      return { notification };
    },
  },
  ({ log }) => log,
);

import type { Notification, PrismaClient } from '@kronos/prisma-notifications';
import { type Connection, connection } from '@kronos/subgraph';
import type { QueryNotificationsArgs } from './__generated__/types.ts';

/** One page of a person's notifications, newest first. The caller has made sure that the person is who asks. */
export function inbox(
  db: PrismaClient,
  recipientId: string,
  { unreadOnly, includeArchived, ...args }: Partial<QueryNotificationsArgs>,
): Promise<Connection<Notification>> {
  return connection({
    delegate: db.notification,
    args,
    where: {
      recipientId,
      ...(unreadOnly && { readAt: null }),
      ...(!includeArchived && { archivedAt: null }),
    },
    orderBy: [{ field: 'createdAt', direction: 'DESC' }],
  });
}

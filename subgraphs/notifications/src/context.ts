import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-notifications';
import { type RequestContext, rowLoader } from '@kronos/subgraph';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
}

/** The context of one request, or of one event of a subscription: what a resolver gets. */
export function createContext({ db, log }: Dependencies, request: RequestContext) {
  const recipientId = request.viewer?.userId;
  return {
    ...request,
    db,
    log,
    /** The caller's own notifications by id (a UUID): those of others give null, as if they did not exist. */
    ownNotifications: rowLoader(async (ids) =>
      recipientId ? db.notification.findMany({ where: { id: { in: [...ids] }, recipientId } }) : [],
    ),
  };
}

export type Context = ReturnType<typeof createContext>;

import type { EventLog } from '@kronos/events';
import type { PrismaClient } from '@kronos/prisma-database';
import { type RequestContext, rowLoader } from '@kronos/subgraph';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
}

/** The context of one request, or of one event of a subscription: what a resolver gets. */
export function createContext({ db, log }: Dependencies, request: RequestContext) {
  return {
    ...request,
    db,
    log,
    loaders: {
      connectionLease: rowLoader((ids) => db.connectionLease.findMany({ where: { id: { in: [...ids] } } })),
    },
  };
}

export type Context = ReturnType<typeof createContext>;

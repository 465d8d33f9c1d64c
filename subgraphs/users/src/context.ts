import type { EventLog } from '@kronos/events';
import type { PrismaClient, User } from '@kronos/prisma-users';
import type { RequestContext } from '@kronos/subgraph';
import { createLoaders, type Loaders } from './loaders.ts';

/** What the process has once, for all requests. */
export interface Dependencies {
  db: PrismaClient;
  log: EventLog;
  /** Resolves when everyone who had signed up at the call has their profile; shared by all who ask. */
  catchUp: () => Promise<void>;
  /** After a write that may have affected more people than its transaction announced. */
  announceSoon: () => void;
}

/** What a resolver gets. */
export interface Context extends RequestContext {
  db: PrismaClient;
  log: EventLog;
  loaders: Loaders;
  announceSoon: () => void;
  /**
   * The profile of a person, even when they have signed up a moment ago and the event is still on its way.
   *
   * @param userId a UUID
   * @returns null when there is certainly nobody of this id
   * @throws SERVICE_UNAVAILABLE when that cannot be told, because the event log is away
   */
  findUser(userId: string): Promise<User | null>;
}

/** The context of one request, or of one event of a subscription. */
export function createContext(
  { db, log, catchUp, announceSoon }: Dependencies,
  request: RequestContext,
): Context {
  const loaders = createLoaders(db, request.viewer);
  return {
    ...request,
    db,
    log,
    loaders,
    announceSoon,
    async findUser(userId) {
      const known = await loaders.user.load(userId);
      if (known) return known;

      await catchUp();
      loaders.user.clear(userId);
      return loaders.user.load(userId);
    },
  };
}

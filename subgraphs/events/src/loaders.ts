import type { PrismaClient } from '@kronos/prisma-events';
import { type Access, rowLoader, type Viewer } from '@kronos/subgraph';
import { seenBy } from './event.visibility.ts';
import { registrationSeenBy } from './registration.visibility.ts';

/** See `createLoaders`. */
export type Loaders = ReturnType<typeof createLoaders>;

/**
 * The rows of one request, by UUID: a page of rows costs one query, and what the viewer may not see is null, just as
 * what does not exist.
 */
export function createLoaders(db: PrismaClient, viewer: Viewer | null, access: () => Promise<Access>) {
  return {
    event: rowLoader(async (ids) =>
      db.event.findMany({ where: { AND: [{ id: { in: [...ids] } }, seenBy(viewer, await access())] } }),
    ),

    registration: rowLoader(async (ids) => {
      if (!viewer) return [];
      return db.registration.findMany({
        where: { AND: [{ id: { in: [...ids] } }, registrationSeenBy(viewer)] },
      });
    }),

    /** The viewer's own confirmed registration, by the event's UUID. */
    viewerRegistration: rowLoader(
      async (eventIds) => {
        if (!viewer) return [];
        return db.registration.findMany({
          where: { attendeeId: viewer.userId, eventId: { in: [...eventIds] }, status: 'CONFIRMED' },
        });
      },
      (registration) => registration.eventId,
    ),
  };
}

/** After a write: what the request loads from now on is what the write has made. */
export function forget(loaders: Loaders): void {
  for (const loader of Object.values(loaders)) loader.clearAll();
}

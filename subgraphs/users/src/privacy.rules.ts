import type { Prisma } from '@kronos/prisma-users';
import type { Viewer } from '@kronos/subgraph';

/** Whether the viewer may read what a profile does not show to everyone. */
export function mayReadPrivate(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.scopes.has('users:read'));
}

/** Whether the viewer may change the profile. */
export function mayWrite(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.scopes.has('users:write'));
}

/** The groups that the viewer may see, as a condition for the database. */
export function groupSeenBy(viewer: Viewer): Prisma.GroupWhereInput {
  return viewer.scopes.has('users:read') ? {} : { members: { some: { userId: viewer.userId } } };
}

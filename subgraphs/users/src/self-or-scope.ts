import type { Viewer } from '@kronos/subgraph';

/** Whether the viewer is this person, or holds the scope. @param userId a UUID */
export function isSelfOr(viewer: Viewer | null, userId: string, scope: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.scopes.has(scope));
}

import type { Viewer } from '@kronos/subgraph';

/**
 * Is the caller this user, or do they hold the scope?
 *
 * @param userId a UUID
 */
export function isSelfOr(viewer: Viewer | null, userId: string, scope: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.scopes.has(scope));
}

import type { Viewer } from '../caller.ts';
import { newId } from '../ids.ts';

/** Somebody without rights who has just logged in by a password and has no session, but for these changes. */
export function testViewer(changes: Partial<Viewer> = {}): Viewer {
  return {
    userId: newId(),
    sessionId: null,
    scopes: new Set(),
    roles: ['user'],
    authenticatedAt: new Date(),
    amr: ['pwd'],
    hasSecondFactor: false,
    ...changes,
  };
}

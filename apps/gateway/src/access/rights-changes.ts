import type { EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import { TypeID } from 'typeid-js';
import type { Viewer } from './caller.ts';
import { followEvents } from './follow-events.ts';

/** Whose rights have changed since their access tokens were made. */
export interface RightsChanges {
  /** Whether the viewer's token names a role or a scope that the viewer has no more. */
  claimsTooMuch(viewer: Viewer): boolean;
  /** Calls back for each user whose rights change from now on; returns how to stop that. */
  onChanged(listener: (userId: string) => void): () => void;
  close(): void;
}

/** A gateway without Redis hears of no changes: tokens are then as good as they say. */
export const noRightsChanges: RightsChanges = {
  claimsTooMuch: () => false,
  onChanged: () => () => undefined,
  close() {},
};

interface Rights {
  roles: ReadonlySet<string>;
  scopes: ReadonlySet<string>;
}

/** Longer than any access token lives: those made after a change carry it. */
const rememberMs = 60 * 60_000;

/** Follows the `accessChanged` events of users, beginning with those that are still retained. */
export function followRightsChanges(log: EventLog, logger: Logger): RightsChanges {
  const known = new LRUCache<string, Rights>({ max: 200_000, ttl: rememberMs });
  const listeners = new Set<(userId: string) => void>();

  const close = followEvents({
    log,
    logger,
    domain: 'users',
    name: 'accessChanged',
    onEvent({ payload, occurredAt }) {
      const ttl = rememberMs - (Date.now() - Date.parse(occurredAt));
      if (ttl <= 0) return;
      const userId = TypeID.fromUUID('user', payload.userId).toString();
      known.set(userId, { roles: new Set(payload.roles), scopes: new Set(payload.scopes) }, { ttl });
      for (const listener of listeners) listener(userId);
    },
  });

  return {
    claimsTooMuch({ userId, roles, scopes }) {
      const rights = known.get(userId);
      if (!rights) return false;
      return (
        roles.some((role) => !rights.roles.has(role)) ||
        [...scopes].some((scope) => !rights.scopes.has(scope))
      );
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close,
  };
}

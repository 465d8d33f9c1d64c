import type { EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import { TypeID } from 'typeid-js';
import type { Viewer } from './caller.ts';
import { followEvents } from './follow-events.ts';

/** Whose rights have changed since their access tokens were made. */
export interface RightsChanges {
  /** Whether the viewer's token names a role or a scope that the viewer, or the client that it was given to, has no more. */
  claimsTooMuch(viewer: Viewer): boolean;
  /** Calls back with the id of each user and each OAuth client whose rights change from now on; returns how to stop that. */
  onChanged(listener: (id: string) => void): () => void;
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

/** Without which nobody acts under the name of another. */
const impersonatingScope = 'auth:impersonate';

/** What is left to a client: its scopes, or nothing at all. */
interface ClientRights {
  scopes: ReadonlySet<string>;
  isDeleted: boolean;
}

/**
 * Follows the `accessChanged` events of users and the `oauthClientChanged` events of auth, beginning with those that are
 * still retained.
 */
export function followRightsChanges(log: EventLog, logger: Logger): RightsChanges {
  const known = new LRUCache<string, Rights>({ max: 200_000, ttl: rememberMs });
  const clients = new LRUCache<string, ClientRights>({ max: 50_000, ttl: rememberMs });
  const listeners = new Set<(id: string) => void>();

  const closeUsers = followEvents({
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
  const closeClients = followEvents({
    log,
    logger,
    domain: 'auth',
    name: 'oauthClientChanged',
    onEvent({ payload, occurredAt }) {
      const ttl = rememberMs - (Date.now() - Date.parse(occurredAt));
      if (ttl <= 0) return;
      const clientId = TypeID.fromUUID('oauth_client', payload.clientId).toString();
      clients.set(clientId, { scopes: new Set(payload.scopes), isDeleted: payload.isDeleted }, { ttl });
      for (const listener of listeners) listener(clientId);
    },
  });

  return {
    claimsTooMuch({ userId, clientId, impersonation, roles, scopes }) {
      const actor = impersonation && known.get(impersonation.actorId);
      if (actor && !actor.scopes.has(impersonatingScope)) return true;
      const client = clientId === null ? undefined : clients.get(clientId);
      if (client && (client.isDeleted || hasMore(scopes, client.scopes))) return true;
      const rights = known.get(userId);
      if (!rights) return false;
      return hasMore(roles, rights.roles) || hasMore(scopes, rights.scopes);
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      closeUsers();
      closeClients();
    },
  };
}

function hasMore(claimed: Iterable<string>, held: ReadonlySet<string>): boolean {
  return [...claimed].some((name) => !held.has(name));
}

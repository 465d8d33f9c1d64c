import type { EventLog, EventName, EventPayload } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import { TypeID } from 'typeid-js';
import { followEvents } from './follow-events.ts';

/** Which sessions, API tokens and impersonations have ended before their access tokens expired. */
export interface Revocations {
  /** @param id TypeID of one of these */
  isRevoked(id: string): boolean;
  /** Calls back for each that is revoked from now on; returns how to stop that. */
  onRevoked(listener: (id: string) => void): () => void;
  close(): void;
}

/** A gateway without Redis hears of no revocations: tokens then live until they expire. */
export const noRevocations: Revocations = {
  isRevoked: () => false,
  onRevoked: () => () => undefined,
  close() {},
};

/** Longer than any access token lives; after that a revocation means nothing more. */
const rememberMs = 60 * 60_000;

/** Follows the events of auth that end something, beginning with those that are still retained. */
export function followRevocations(log: EventLog, logger: Logger): Revocations {
  const revoked = new LRUCache<string, true>({ max: 500_000, ttl: rememberMs });
  const listeners = new Set<(id: string) => void>();

  function follow<Name extends EventName>(
    name: Name,
    prefix: string,
    idOf: (payload: EventPayload<Name>) => string,
  ): () => void {
    return followEvents({
      log,
      logger,
      domain: 'auth',
      name,
      onEvent({ payload, occurredAt }) {
        const id = TypeID.fromUUID(prefix, idOf(payload as EventPayload<Name>)).toString();
        const ttl = rememberMs - (Date.now() - Date.parse(occurredAt));
        if (ttl <= 0 || revoked.has(id)) return;
        revoked.set(id, true, { ttl });
        for (const listener of listeners) listener(id);
      },
    });
  }

  const closing = [
    follow('sessionRevoked', 'session', ({ sessionId }) => sessionId),
    follow('apiTokenRevoked', 'api_token', ({ apiTokenId }) => apiTokenId),
    follow('impersonationEnded', 'impersonation', ({ impersonationId }) => impersonationId),
  ];
  return {
    isRevoked: (id) => revoked.has(id),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      for (const close of closing) close();
    },
  };
}

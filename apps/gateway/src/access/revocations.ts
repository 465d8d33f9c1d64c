import type { EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import { TypeID } from 'typeid-js';
import { followEvents } from './follow-events.ts';

/** Which sessions have ended before their access tokens expired. */
export interface Revocations {
  isRevoked(sessionId: string): boolean;
  /** Calls back for each session that is revoked from now on; returns how to stop that. */
  onRevoked(listener: (sessionId: string) => void): () => void;
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

/** Follows the `sessionRevoked` events of auth, beginning with those that are still retained. */
export function followRevocations(log: EventLog, logger: Logger): Revocations {
  const revoked = new LRUCache<string, true>({ max: 500_000, ttl: rememberMs });
  const listeners = new Set<(sessionId: string) => void>();

  const close = followEvents({
    log,
    logger,
    domain: 'auth',
    name: 'sessionRevoked',
    onEvent({ payload, occurredAt }) {
      const sessionId = TypeID.fromUUID('session', payload.sessionId).toString();
      const ttl = rememberMs - (Date.now() - Date.parse(occurredAt));
      if (ttl <= 0 || revoked.has(sessionId)) return;
      revoked.set(sessionId, true, { ttl });
      for (const listener of listeners) listener(sessionId);
    },
  });

  return {
    isRevoked: (sessionId) => revoked.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close,
  };
}

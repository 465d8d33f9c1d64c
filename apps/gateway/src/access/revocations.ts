import { setTimeout as sleep } from 'node:timers/promises';
import type { DomainEvent, EventLog } from '@kronos/events';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import { TypeID } from 'typeid-js';

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
const pageSize = 500;
const retryMs = 1_000;

/** Follows the `sessionRevoked` events of auth, beginning with those that are still retained. */
export function followRevocations(log: EventLog, logger: Logger): Revocations {
  const revoked = new LRUCache<string, true>({ max: 500_000, ttl: rememberMs });
  const listeners = new Set<(sessionId: string) => void>();
  let isClosed = false;
  let position: string | undefined;

  function remember(event: DomainEvent): void {
    position = event.position;
    if (event.name !== 'sessionRevoked') return;
    const { sessionId: uuid } = event.payload as { sessionId: string };
    const sessionId = TypeID.fromUUID('session', uuid).toString();
    const ttl = rememberMs - (Date.now() - Date.parse(event.occurredAt));
    if (ttl <= 0 || revoked.has(sessionId)) return;
    revoked.set(sessionId, true, { ttl });
    for (const listener of listeners) listener(sessionId);
  }

  async function readRetained(): Promise<void> {
    let after = position ?? '0';
    for (;;) {
      const events = await log.read('auth', after, pageSize).catch((error: { oldest?: string | null }) => {
        // Older than what is retained: begin with the oldest that is left.
        if (typeof error.oldest !== 'string') throw error;
        return log.read('auth', String(BigInt(error.oldest) - 1n), pageSize);
      });
      for (const event of events) remember(event);
      if (events.length < pageSize) return;
      after = events.at(-1)!.position;
    }
  }

  async function follow(): Promise<void> {
    while (!isClosed) {
      try {
        await readRetained();
        const events = await log.subscribe('auth', { names: ['sessionRevoked'] }, position);
        for await (const event of events) remember(event);
      } catch (error) {
        if (isClosed) return;
        logger.warn({ err: error }, 'revoked sessions are not heard of at the moment');
        position = undefined;
      }
      await sleep(retryMs, undefined, { ref: false });
    }
  }

  follow();
  return {
    isRevoked: (sessionId) => revoked.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      isClosed = true;
    },
  };
}

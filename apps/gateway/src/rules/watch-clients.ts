import type { GraphQLError } from 'graphql';
import { unauthenticated } from '../access/authenticate.ts';
import type { HeldRules } from './hold-rules.ts';
import type { Client } from './identify-client.ts';

/** Watches over client applications for as long as they read. */
export interface ClientWatch {
  /**
   * Calls back once when a client's key is good no more: it has expired or was changed, or the client was disabled.
   *
   * @returns how to stop watching
   */
  watch(client: Client | null, onLost: (error: GraphQLError) => void): () => void;
}

/** Expiry comes without an event. */
const lookMs = 1_000;

export function createClientWatch(rules: Pick<HeldRules, 'current' | 'onChanged'>): ClientWatch {
  const watches = new Map<string, Set<(error: GraphQLError) => void>>();
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    for (const [keyHash, readers] of watches) {
      if (rules.current.clientOfKey(keyHash, Date.now())) continue;
      for (const lose of [...readers]) {
        lose(unauthenticated('The key of the client application is not good any more: resume with another.'));
      }
    }
  }
  rules.onChanged(look);

  return {
    watch(client, onLost) {
      if (!client) return () => undefined;
      const { keyHash } = client;
      const readers = watches.get(keyHash) ?? new Set();
      watches.set(keyHash, readers);
      const stop = () => {
        readers.delete(lose);
        if (readers.size === 0) watches.delete(keyHash);
        if (watches.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
      const lose = (error: GraphQLError) => {
        stop();
        onLost(error);
      };
      readers.add(lose);
      timer ??= setInterval(look, lookMs).unref();
      return stop;
    },
  };
}

import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { Logger } from '@kronos/service';
import { LRUCache } from 'lru-cache';
import type { HeldRules } from '../rules/hold-rules.ts';
import type { DocumentStore } from './document-store.ts';

type DocumentCache = Exclude<NonNullable<ApolloServerOptions<BaseContext>['cache']>, 'bounded'>;

export interface PersistedQueriesOptions {
  rules: Pick<HeldRules, 'current'>;
  /** Undefined without Redis: each process then knows what was registered with it. */
  store: DocumentStore | undefined;
  logger: Pick<Logger, 'debug'>;
}

/** Of documents that were registered, in this process. */
const keptCharacters = 4 << 20;
const hashShape = /[0-9a-f]{64}$/;

/**
 * Where Apollo Server looks for the document of a hash that comes alone: among what is stored, then among what clients
 * have registered by themselves, here and in Redis. Redis may be away: clients then send a document once more.
 *
 * @see https://www.apollographql.com/docs/apollo-server/performance/apq
 */
export function createPersistedQueries({ rules, store, logger }: PersistedQueriesOptions): DocumentCache {
  const local = new LRUCache<string, string>({
    maxSize: keptCharacters,
    maxEntrySize: keptCharacters / 16,
    sizeCalculation: (document) => document.length || 1,
  });
  const withoutRedis = (error: unknown) => {
    logger.debug({ err: error }, 'Redis does not keep documents at the moment');
    return undefined;
  };

  return {
    async get(key) {
      const hash = hashShape.exec(key)?.[0];
      if (!hash) return undefined;
      const known = rules.current.documentOf(hash) ?? local.get(hash);
      if (known !== undefined || !store) return known;
      const found = await store.get(hash).catch(withoutRedis);
      if (found !== undefined) local.set(hash, found);
      return found;
    },
    async set(key, document) {
      const hash = hashShape.exec(key)?.[0];
      if (!hash || rules.current.documentOf(hash) !== undefined) return;
      local.set(hash, document);
      await store?.set(hash, document).catch(withoutRedis);
    },
    async delete(key) {
      local.delete(hashShape.exec(key)?.[0] ?? '');
    },
  };
}

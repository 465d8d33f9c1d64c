import type { Resolvers } from './__generated__/types.ts';
import { CacheEntry, entries } from './entry.ts';
import { cacheInvalidate } from './invalidate.ts';
import { cacheInvalidated } from './invalidated.ts';
import { cacheFlush } from './namespace.flush.ts';
import { CacheNamespace, cacheNamespace, cacheNamespaces } from './namespace.ts';
import { cachePolicyUpdate } from './policy.update.ts';
import { cacheStatus } from './status.ts';
import { cacheWarm } from './warm.ts';

/** Every field of the schema that is more than a property of its parent. */
export const resolvers: Resolvers = {
  Query: { cacheStatus, cacheNamespace, cacheNamespaces },
  Mutation: { cachePolicyUpdate, cacheInvalidate, cacheWarm, cacheFlush },
  Subscription: { cacheInvalidated },
  CacheNamespace: { ...CacheNamespace, entries },
  CacheEntry,
};

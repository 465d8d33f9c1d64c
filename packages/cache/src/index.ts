export type {
  Cache,
  CachedValue,
  CacheNamespace,
  CacheOptions,
  Computed,
  Found,
  Invalidation,
  NamespaceOptions,
  Outcome,
} from './cache.ts';
export { CacheUnavailableError } from './cache.ts';
export { type Codec, json, text } from './codec.ts';
export { createCache } from './create-cache.ts';
export type { EntryDetails, EntryPage, NamespaceStatistics } from './inspection.ts';
export { maxKeyLength, maxTagLength, maxTags } from './limits.ts';
export { type CacheRedis, openCacheRedis } from './open-redis.ts';
export type { RegisteredNamespace } from './registry.ts';
export type { CachePolicy } from './store.ts';

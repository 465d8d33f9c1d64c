import type { Logger } from '@kronos/service';
import type { GatewayEnvironment } from '../environment.ts';
import { type CachedAnswers, type CachedAnswersOptions, createCachedAnswers } from './cached-answers.ts';

/** The cache of answers, where there is a Redis for it and it is wanted. */
export async function openCachedAnswers(
  environment: GatewayEnvironment,
  options: Omit<CachedAnswersOptions, 'cache'>,
): Promise<(CachedAnswers & { close(): Promise<void> }) | undefined> {
  const { KRONOS_CACHE_ANSWERS: isWanted, KRONOS_CACHE_REDIS_URL: own, REDIS_URL: common } = environment;
  const url = own ?? common;
  if (!isWanted || !url) return undefined;
  // Loaded only when it is wanted: a gateway of a foreign graph carries no Redis client.
  const { createCache, openCacheRedis } = await import('@kronos/cache');
  const redis = openCacheRedis(url, options.logger as Pick<Logger, 'debug'>);
  const cache = createCache({ redis, logger: options.logger });
  return {
    ...createCachedAnswers({ ...options, cache }),
    async close() {
      await cache.close();
      redis.disconnect();
    },
  };
}

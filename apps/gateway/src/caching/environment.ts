import { redisUrls } from '@kronos/service/environment';
import { z } from 'zod';

/** How answers are cached. */
export const cachingEnvironment = {
  /** Whether answers are cached for which the graph says so by `@cacheControl`. It needs a Redis. */
  KRONOS_CACHE_ANSWERS: z.stringbool('expected true or false').default(true),
  /** Where the cache is, when it is not where REDIS_URL is. */
  KRONOS_CACHE_REDIS_URL: redisUrls().optional(),
  /** Whether caches between the gateway and its clients, and those of browsers, may keep answers: nobody can invalidate these. */
  KRONOS_CACHE_DOWNSTREAM: z.stringbool('expected true or false').default(false),
};

import { commonEnvironment, httpUrl, postgresUrl, redisUrl, redisUrls } from '@kronos/service/environment';

/** The variables of this domain; its port is read where it is opened. */
export const environmentShape = {
  ...commonEnvironment,
  CACHE_DATABASE_URL: postgresUrl(),
  REDIS_URL: redisUrl(),
  /** Where the cache is, when it is not where the events are. */
  KRONOS_CACHE_REDIS_URL: redisUrls().optional(),
  /** Where queries are run to warm the cache. */
  KRONOS_GATEWAY_URL: httpUrl().default('http://127.0.0.1:4000/graphql'),
};

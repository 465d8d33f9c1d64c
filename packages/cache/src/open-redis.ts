import { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';

/** One Redis, or a cluster. */
export type CacheRedis = Redis | Cluster;

/** A connection that says nothing for so long is given up for another. */
const socketTimeoutMs = 5_000;

/**
 * Connects to Redis for a cache: a command fails at once while there is no connection, because whoever asks can compute.
 *
 * @param url of one Redis; several with commas between them are nodes of a cluster, any of them
 */
export function openCacheRedis(url: string, logger: Pick<Logger, 'debug'>): CacheRedis {
  const urls = url.split(',').map((each) => each.trim());
  const common = {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    socketTimeout: socketTimeoutMs,
  };
  const retry = (attempt: number) => Math.min(50 * attempt, 1_000);
  const redis =
    urls.length === 1
      ? new Redis(urls[0]!, { ...common, retryStrategy: retry })
      : new Cluster(urls, {
          enableOfflineQueue: false,
          clusterRetryStrategy: retry,
          redisOptions: { ...common, ...credentialsOf(urls[0]!) },
        });
  redis.on('error', (error) => logger.debug({ err: error }, 'no connection to the Redis of the cache'));
  return redis;
}

/** ioredis takes only addresses from a cluster's URLs: nodes that it finds by itself need these, too. */
function credentialsOf(url: string) {
  const { username, password, protocol } = new URL(url);
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

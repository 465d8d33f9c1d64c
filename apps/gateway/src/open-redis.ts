import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@kronos/service';
import type { Redis } from 'ioredis';

/** How long the start of the gateway waits for Redis. */
const patienceMs = 1_000;

/**
 * Connects to Redis for what the gateway can do without: a command fails at once while there is no connection, and after
 * a second without an answer. Resolves when the connection stands, or after a second.
 */
export async function openRedis(redisUrl: string, logger: Logger): Promise<Redis> {
  // Loaded only when it is wanted: a gateway of a foreign graph carries no Redis client.
  const { Redis } = await import('ioredis');
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 1_000,
    socketTimeout: 10_000,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
  });
  // Whoever sends a command is told; here it is for the log.
  redis.on('error', (error) => logger.debug({ err: error }, 'no connection to Redis'));
  await Promise.race([redis.connect().catch(() => undefined), sleep(patienceMs, undefined, { ref: false })]);
  return redis;
}

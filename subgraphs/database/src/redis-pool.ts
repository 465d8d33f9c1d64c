import { Redis } from 'ioredis';
import type { PoolStats } from './databases.ts';

/** Connections to Redis that are used by one at a time, as transactions want it. */
export interface RedisPool {
  /** Works with a connection of its own. @throws when Redis is away, and when all connections are taken for too long */
  use<Result>(work: (redis: Redis) => Promise<Result>): Promise<Result>;
  stats(): PoolStats;
  close(): Promise<void>;
}

/** How long somebody waits for a connection, and a connection for Redis, at most, in milliseconds. */
const patienceMs = 2_000;

/**
 * Opens nothing yet.
 *
 * @param max connections at most
 */
export function openRedisPool(url: string, max: number): RedisPool {
  const all = new Set<Redis>();
  const idle: Redis[] = [];
  const waiting: ((redis: Redis) => void)[] = [];

  async function take(): Promise<Redis> {
    const free = idle.pop();
    if (free) return free;
    if (all.size < max) return open();
    const { promise, resolve, reject } = Promise.withResolvers<Redis>();
    waiting.push(resolve);
    const deadline = setTimeout(() => {
      waiting.splice(waiting.indexOf(resolve), 1);
      reject(new Error('No connection to Redis is free.'));
    }, patienceMs);
    return promise.finally(() => clearTimeout(deadline));
  }

  async function open(): Promise<Redis> {
    const redis = new Redis(url, {
      ...{ lazyConnect: true, connectTimeout: patienceMs, commandTimeout: patienceMs },
      // A connection that is lost is given up: the next one who needs one opens another.
      ...{ retryStrategy: null, maxRetriesPerRequest: 0, enableOfflineQueue: false },
    });
    all.add(redis);
    let fault: Error | undefined;
    redis.on('error', (error: Error) => {
      fault = error;
    });
    redis.on('end', () => forget(redis));
    // What the client says itself is only that the connection is closed.
    await redis.connect().catch((error: Error) => {
      forget(redis);
      throw fault ?? error;
    });
    return redis;
  }

  function forget(redis: Redis): void {
    all.delete(redis);
    const place = idle.indexOf(redis);
    if (place >= 0) idle.splice(place, 1);
  }

  function giveBack(redis: Redis): void {
    if (redis.status !== 'ready') {
      redis.disconnect();
      forget(redis);
      const next = waiting.shift();
      if (next) open().then(next, () => undefined);
      return;
    }
    const next = waiting.shift();
    if (next) next(redis);
    else idle.push(redis);
  }

  return {
    async use(work) {
      const redis = await take();
      try {
        return await work(redis);
      } finally {
        giveBack(redis);
      }
    },
    stats: () => ({
      ...{ active: all.size - idle.length, idle: idle.length, waiting: waiting.length },
      ...{ total: all.size, min: 0, max },
    }),
    close: async () => {
      for (const redis of all) redis.disconnect();
    },
  };
}

import { once } from 'node:events';
import type { CacheRedis } from '../open-redis.ts';

/** Waits until there is a connection: whoever asks before computes by themselves. */
export async function answering<Client extends CacheRedis>(redis: Client): Promise<Client> {
  if (redis.status !== 'ready') await once(redis, 'ready');
  return redis;
}

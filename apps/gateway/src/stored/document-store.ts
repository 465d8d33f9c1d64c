import { hash as digest } from 'node:crypto';
import type { Redis } from 'ioredis';

/** Documents that clients have registered, by their hash, for all gateways. */
export interface DocumentStore {
  /** @throws Error when Redis does not answer */
  get(hash: string): Promise<string | undefined>;
  /** @throws Error when Redis does not answer */
  set(hash: string, document: string): Promise<void>;
}

export interface DocumentLimits {
  /** How long a document is kept after its last use, in seconds. */
  ttlSeconds: number;
  /** What all documents may take together, in bytes. */
  maxBytes: number;
}

// One hash slot for all: a script may touch no other.
const documents = 'kronos:{apq}:documents';
const usedAt = 'kronos:{apq}:used';
const bytes = 'kronos:{apq}:bytes';

/**
 * Anybody may register documents, as many as they like: what all of them take is bounded, and what has not been used for
 * longest goes first. Single keys with a time to live would be bounded by time alone.
 */
const store = `
local documents, used, bytes = KEYS[1], KEYS[2], KEYS[3]
local hash, document, now, ttl, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local total = tonumber(redis.call('GET', bytes) or '0')
if redis.call('HSET', documents, hash, document) == 1 then total = total + #document end
redis.call('ZADD', used, now, hash)
local oldest = redis.call('ZRANGE', used, 0, 0, 'WITHSCORES')
while oldest[1] and (total > limit or tonumber(oldest[2]) < now - ttl) do
  total = total - #(redis.call('HGET', documents, oldest[1]) or '')
  redis.call('HDEL', documents, oldest[1])
  redis.call('ZREM', used, oldest[1])
  oldest = redis.call('ZRANGE', used, 0, 0, 'WITHSCORES')
end
redis.call('SET', bytes, total)
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ttl) end`;

export function createDocumentStore(redis: Redis, { ttlSeconds, maxBytes }: DocumentLimits): DocumentStore {
  const now = () => Math.floor(Date.now() / 1_000);
  return {
    async get(hash) {
      const document = await redis.hget(documents, hash);
      if (document === null || digest('sha256', document) !== hash) return undefined;
      const touch = redis.pipeline().zadd(usedAt, 'XX', now(), hash);
      for (const key of [documents, usedAt, bytes]) touch.expire(key, ttlSeconds);
      await touch.exec();
      return document;
    },
    async set(hash, document) {
      if (Buffer.byteLength(document) > maxBytes / 16) return;
      await redis.eval(store, 3, documents, usedAt, bytes, hash, document, now(), ttlSeconds, maxBytes);
    },
  };
}

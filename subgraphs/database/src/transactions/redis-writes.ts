import type { Cluster, Redis } from 'ioredis';
import type { KeyWrite } from './plan.ts';

/** Whose part of Redis keys are written in: callers never meet each other's keys. */
export type KeyOwner = { user: string } | { service: string };

/** What a transaction writes, as far as Redis is concerned. */
type Writes = readonly Pick<KeyWrite, 'kind' | 'key' | 'value' | 'ttlSeconds'>[];

/** A transaction whose writes are applied. */
export interface DecidedTransaction {
  id: string;
  /** When it was decided, in microseconds: what was decided later stays. */
  decision: bigint;
}

/** That writes were applied is remembered for a week: far longer than it takes to find a transaction that is not over. */
const rememberedSeconds = 7 * 24 * 3_600;
/** What is known of an owner's keys is kept a little longer than the longest life of one. */
const indexSeconds = 25 * 3_600;
/** What somebody may have at a time: keys, and bytes of their names and values. */
const most = { user: { keys: 1_000, bytes: 10_000_000 }, service: { keys: 20_000, bytes: 200_000_000 } };

/**
 * The key of an owner as Redis has it. The braces keep all keys of an owner in one slot of a cluster.
 *
 * @param key of the owner's own choice
 */
export function redisKey(owner: KeyOwner, key: string): string {
  const [kind, id] = Object.entries(owner)[0]!;
  return `kronos:data:{${kind}:${id}}:${key}`;
}

/**
 * What is known of an owner's keys; no key of a caller's has a “#”. `live`: which there are, by when they end (ms); `gone`: those
 * that are no more, by when they ended; `sizes`: bytes of each that lives, their sum under “#”; `orders`: when what was written
 * last was decided.
 */
const indexOf = (owner: KeyOwner) =>
  ['live', 'gone', 'sizes', 'orders'].map((part) => redisKey(owner, `#${part}`));

/** Lua: forgets what has ended by ARGV[1] (ms), and the oldest of what is gone when that is more than ARGV[2]. */
const TIDY = `
local live, gone, sizes, orders = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now, mostKeys = tonumber(ARGV[1]), tonumber(ARGV[2])
local function drop(name)
  redis.call('ZREM', live, name)
  local size = redis.call('HGET', sizes, name)
  if size then
    redis.call('HDEL', sizes, name)
    redis.call('HINCRBY', sizes, '#', -size)
  end
end
local function tidy()
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', live, '-inf', now)) do
    drop(name)
    redis.call('ZADD', gone, now, name)
  end
  local over = redis.call('ZCARD', gone) - mostKeys
  if over > 0 then
    for _, name in ipairs(redis.call('ZRANGE', gone, 0, over - 1)) do
      redis.call('ZREM', gone, name)
      if not redis.call('ZSCORE', live, name) then redis.call('HDEL', orders, name) end
    end
  end
end
tidy()
`;

/** ARGV from 3 on: the most bytes, for how long the index is kept (s), then of each key its name, bytes and life (s). */
const RESERVE = `${TIDY}
local count, bytes = redis.call('ZCARD', live), tonumber(redis.call('HGET', sizes, '#') or 0)
local added = {}
for index = 5, #ARGV, 3 do
  local name, size = ARGV[index], tonumber(ARGV[index + 1])
  local known = added[name] or tonumber(redis.call('HGET', sizes, name) or 0)
  if not added[name] and not redis.call('ZSCORE', live, name) then count = count + 1 end
  bytes, added[name] = bytes + size - known, size
end
if count > mostKeys or bytes > tonumber(ARGV[3]) then return 0 end
for index = 5, #ARGV, 3 do
  local name, life = ARGV[index], tonumber(ARGV[index + 2])
  redis.call('ZADD', live, 'GT', now + life * 1000, name)
  redis.call('HSET', sizes, name, added[name])
end
redis.call('HSET', sizes, '#', bytes)
for _, key in ipairs({ live, gone, sizes, orders }) do redis.call('EXPIRE', key, ARGV[4]) end
return 1`;

/**
 * KEYS from 5 on: what remembers the transaction, keys… ARGV from 3 on: for how long it is remembered and the index is kept (s), when
 * it was decided, then of each key: its name, value, and life (s) or 0 to delete it.
 */
const APPLY = `
if redis.call('EXISTS', KEYS[5]) == 1 then return 0 end
${TIDY}
local decision = tonumber(ARGV[5])
for index = 6, #KEYS do
  local at = 6 + (index - 6) * 3
  local name, value, life = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  if tonumber(redis.call('HGET', orders, name) or 0) <= decision then
    if life == 0 then
      redis.call('DEL', KEYS[index])
      drop(name)
      redis.call('ZADD', gone, now, name)
    else
      redis.call('SET', KEYS[index], value, 'EX', life)
      redis.call('ZADD', live, now + life * 1000, name)
      redis.call('ZREM', gone, name)
    end
    redis.call('HSET', orders, name, ARGV[5])
  end
end
tidy()
for _, key in ipairs({ live, gone, sizes, orders }) do redis.call('EXPIRE', key, ARGV[4]) end
redis.call('SET', KEYS[5], 1, 'EX', ARGV[3])
return 1`;

/**
 * Makes room for what a transaction is going to write, before it is decided: afterwards nothing may fail.
 *
 * @returns whether the owner may have so much
 */
export async function reserveKeys(redis: Redis | Cluster, owner: KeyOwner, writes: Writes): Promise<boolean> {
  const sets = writes.filter(({ kind }) => kind === 'SET');
  if (sets.length === 0) return true;
  const { keys, bytes } = mostOf(owner);
  const wanted = sets.flatMap(({ key, value, ttlSeconds }) => [
    ...[key, Buffer.byteLength(key) + Buffer.byteLength(value), ttlSeconds],
  ]);
  const index = indexOf(owner);
  const given = [Date.now(), keys, bytes, indexSeconds, ...wanted];
  return (await redis.eval(RESERVE, index.length, ...index, ...given)) === 1;
}

/** Writes all keys of a transaction at once, the first time that it is asked to, but for those that a later one has written. */
export async function applyKeys(
  redis: Redis | Cluster,
  { id, decision }: DecidedTransaction,
  owner: KeyOwner,
  writes: Writes,
): Promise<void> {
  if (writes.length === 0) return;
  const keys = [
    ...indexOf(owner),
    redisKey(owner, `#${id}`),
    ...writes.map(({ key }) => redisKey(owner, key)),
  ];
  const values = writes.flatMap(({ kind, key, value, ttlSeconds }) => [
    ...[key, value, kind === 'DEL' ? 0 : ttlSeconds],
  ]);
  const settings = [Date.now(), mostOf(owner).keys, rememberedSeconds, indexSeconds, String(decision)];
  await redis.eval(APPLY, keys.length, ...keys, ...settings, ...values);
}

function mostOf(owner: KeyOwner) {
  return 'user' in owner ? most.user : most.service;
}

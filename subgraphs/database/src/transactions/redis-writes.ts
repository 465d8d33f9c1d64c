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
 * last was decided; `reserved`: of each transaction that is going to write, how many keys and bytes more there will be, and until
 * when that is reserved at the latest (ms).
 */
const indexOf = (owner: KeyOwner) =>
  ['live', 'gone', 'sizes', 'orders', 'reserved'].map((part) => redisKey(owner, `#${part}`));

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

/**
 * ARGV from 3 on: the most bytes, for how long a reservation and the index are kept (s), whose reservation it is, then of each key its
 * name and bytes. What is written over is there already, and what gets smaller is free only when that is written.
 */
const RESERVE = `${TIDY}
local reserved, id = KEYS[5], ARGV[5]
local count, bytes = redis.call('ZCARD', live), tonumber(redis.call('HGET', sizes, '#') or 0)
local others = redis.call('HGETALL', reserved)
for index = 1, #others, 2 do
  local otherKeys, otherBytes, ends = string.match(others[index + 1], '(%d+) (%d+) (%d+)')
  if tonumber(ends) <= now then redis.call('HDEL', reserved, others[index])
  elseif others[index] ~= id then count, bytes = count + otherKeys, bytes + otherBytes end
end
local wanted = {}
for index = 6, #ARGV, 2 do wanted[ARGV[index]] = tonumber(ARGV[index + 1]) end
local moreKeys, moreBytes = 0, 0
for name, size in pairs(wanted) do
  if not redis.call('ZSCORE', live, name) then moreKeys = moreKeys + 1 end
  moreBytes = moreBytes + math.max(0, size - tonumber(redis.call('HGET', sizes, name) or 0))
end
if moreKeys > 0 and count + moreKeys > mostKeys then return 0 end
if moreBytes > 0 and bytes + moreBytes > tonumber(ARGV[3]) then return 0 end
local ends = now + tonumber(ARGV[4]) * 1000
redis.call('HSET', reserved, id, string.format('%.0f %.0f %.0f', moreKeys, moreBytes, ends))
redis.call('EXPIRE', reserved, ARGV[4])
return 1`;

/**
 * KEYS from 6 on: what remembers the transaction, keys… ARGV from 3 on: for how long it is remembered and the index is kept (s), when
 * it was decided, its id, then of each key: its name, value, and life (s) or 0 to delete it.
 */
const APPLY = `
redis.call('HDEL', KEYS[5], ARGV[6])
if redis.call('EXISTS', KEYS[6]) == 1 then return 0 end
${TIDY}
local decision = tonumber(ARGV[5])
for index = 7, #KEYS do
  local at = 7 + (index - 7) * 3
  local name, value, life = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  if tonumber(redis.call('HGET', orders, name) or 0) <= decision then
    drop(name)
    if life == 0 then
      redis.call('DEL', KEYS[index])
      redis.call('ZADD', gone, now, name)
    else
      redis.call('SET', KEYS[index], value, 'EX', life)
      redis.call('ZADD', live, now + life * 1000, name)
      redis.call('ZREM', gone, name)
      redis.call('HSET', sizes, name, #name + #value)
      redis.call('HINCRBY', sizes, '#', #name + #value)
    end
    redis.call('HSET', orders, name, ARGV[5])
  end
end
tidy()
for _, key in ipairs({ live, gone, sizes, orders }) do redis.call('EXPIRE', key, ARGV[4]) end
redis.call('SET', KEYS[6], 1, 'EX', ARGV[3])
return 1`;

/**
 * Makes room for what a transaction is going to write, before it is decided: afterwards nothing may fail. The room is taken until
 * the keys are written, or `giveBack` says that they are not going to be.
 *
 * @param id of the transaction
 * @returns whether the owner may have so much
 */
export async function reserveKeys(
  redis: Redis | Cluster,
  id: string,
  owner: KeyOwner,
  writes: Writes,
): Promise<boolean> {
  const sets = writes.filter(({ kind }) => kind === 'SET');
  if (sets.length === 0) return true;
  const { keys, bytes } = mostOf(owner);
  const wanted = sets.flatMap(({ key, value }) => [key, Buffer.byteLength(key) + Buffer.byteLength(value)]);
  const index = indexOf(owner);
  const given = [Date.now(), keys, bytes, indexSeconds, id, ...wanted];
  return (await redis.eval(RESERVE, index.length, ...index, ...given)) === 1;
}

/** Gives back the room of a transaction that is not going to write; nothing when it has none. */
export async function giveBack(redis: Redis | Cluster, id: string, owner: KeyOwner): Promise<void> {
  await redis.hdel(redisKey(owner, '#reserved'), id);
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
  const settings = [Date.now(), mostOf(owner).keys, rememberedSeconds, indexSeconds, String(decision), id];
  await redis.eval(APPLY, keys.length, ...keys, ...settings, ...values);
}

function mostOf(owner: KeyOwner) {
  return 'user' in owner ? most.user : most.service;
}

import type { Cluster, Redis } from 'ioredis';
import type { KeyWrite } from './plan.ts';

/** Whose part of Redis keys are written in: callers never meet each other's keys. */
export type KeyOwner = { user: string } | { service: string };

/** That writes were applied is remembered for a week: far longer than it takes to find a transaction that is not over. */
const rememberedSeconds = 7 * 24 * 3_600;

/**
 * The key of an owner as Redis has it. The braces keep all keys of an owner in one slot of a cluster.
 *
 * @param key of the owner's own choice
 */
export function redisKey(owner: KeyOwner, key: string): string {
  const [kind, id] = Object.entries(owner)[0]!;
  return `kronos:data:{${kind}:${id}}:${key}`;
}

/** KEYS: what remembers the transaction, keys…; ARGV: for how long (s), then of each key: its value, and its life (s) or 0 to delete it. */
const APPLY = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for index = 2, #KEYS do
  local value, life = ARGV[index * 2 - 2], ARGV[index * 2 - 1]
  if life == '0' then redis.call('DEL', KEYS[index])
  else redis.call('SET', KEYS[index], value, 'EX', life) end
end
redis.call('SET', KEYS[1], 1, 'EX', ARGV[1])
return 1`;

/** Writes all keys of a transaction at once, the first time that it is asked to. */
export async function applyKeys(
  redis: Redis | Cluster,
  transactionId: string,
  owner: KeyOwner,
  writes: readonly Pick<KeyWrite, 'kind' | 'key' | 'value' | 'ttlSeconds'>[],
): Promise<void> {
  if (writes.length === 0) return;
  // No key of a caller's has a “#”.
  const keys = [redisKey(owner, `#${transactionId}`), ...writes.map(({ key }) => redisKey(owner, key))];
  const values = writes.flatMap(({ kind, value, ttlSeconds }) => [value, kind === 'DEL' ? 0 : ttlSeconds]);
  await redis.eval(APPLY, keys.length, ...keys, rememberedSeconds, ...values);
}

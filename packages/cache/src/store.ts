import type { Cluster, Redis } from 'ioredis';
import { memberOf, type Slot, slotOf, slotsOf } from './keys.ts';
import { maxRemembered } from './limits.ts';
import { INVALIDATE, READ, READ_MANY, RELEASE, STORE } from './scripts.ts';
import { withinTime } from './within-time.ts';

/** How long the values of a namespace live. */
export interface CachePolicy {
  ttlSeconds: number;
  staleWhileRevalidateSeconds: number;
}

/** What Redis says of a key. */
export interface Read {
  kind: 'nothing' | 'fresh' | 'stale';
  /** To be handed back with what is computed from now on. */
  begun: string;
  /** Whose turn it is to compute: a token, or empty when it is nobody's. */
  turn: string;
  text: string;
  ageMs: number;
  freshMs: number;
}

/** Where a value lies, and how long it lives by default. */
export interface Place {
  namespace: string;
  key: string;
  ttlMs: number;
  staleMs: number;
}

export interface Store {
  readonly redis: Redis | Cluster;
  readonly slots: readonly Slot[];
  /** @param lockMs 0: who asks does not want to compute */
  read(place: Place, token: string, lockMs: number): Promise<Read>;
  /** Of keys in one slot. Nobody's turn comes by it. @returns texts by the places of the keys */
  readMany(
    slot: Slot,
    namespace: string,
    keys: readonly string[],
    ttlMs: number,
  ): Promise<{ begun: string; texts: (string | null)[] }>;
  /** @returns false when it was invalidated meanwhile */
  save(
    place: Place,
    token: string,
    begun: string,
    value: { text: string; tags: readonly string[]; ttlMs?: number },
  ): Promise<boolean>;
  release(place: Place, token: string, afterMs: number): Promise<void>;
  /** @param members of the state, from `memberOf` */
  invalidate(members: readonly string[]): Promise<void>;
  setPolicy(namespace: string, policy: CachePolicy | null): Promise<void>;
}

/** In how many slots a cluster has a cache: each node gets some of it, and each invalidation goes to all of them. */
const slotsInCluster = 8;
/** In one call of the script. */
const membersAtOnce = 1_000;

/** Adds what the scripts do to a client. */
interface Scripts {
  cacheRead(...values: (string | number)[]): Promise<[number, string, string, string, number, number]>;
  cacheReadMany(...values: (string | number)[]): Promise<[string, ...(string | null)[]]>;
  cacheStore(...values: (string | number)[]): Promise<number>;
  cacheRelease(...values: (string | number)[]): Promise<number>;
  cacheInvalidate(...values: (string | number)[]): Promise<string>;
}

/**
 * The cache as Redis has it: each step is one script in one slot.
 *
 * @param remembered how many invalidations each slot remembers one by one; smaller for tests
 */
export function createStore(redis: Redis | Cluster, timeoutMs: number, remembered = maxRemembered): Store {
  const slots = slotsOf(redis.isCluster ? slotsInCluster : 1);
  redis.defineCommand('cacheRead', { numberOfKeys: 7, lua: READ });
  redis.defineCommand('cacheReadMany', { lua: READ_MANY });
  redis.defineCommand('cacheStore', { numberOfKeys: 7, lua: STORE });
  redis.defineCommand('cacheRelease', { numberOfKeys: 1, lua: RELEASE });
  redis.defineCommand('cacheInvalidate', { numberOfKeys: 1, lua: INVALIDATE });
  const scripts = redis as unknown as Scripts;

  function keysOf({ namespace, key }: Place): string[] {
    const slot = slotOf(slots, namespace, key);
    return [
      slot.state,
      slot.entry(namespace, key),
      slot.lock(namespace, key),
      slot.policies,
      slot.counters,
      slot.expiries(namespace),
      slot.names(namespace),
    ];
  }

  return {
    redis,
    slots,
    async read(place, token, lockMs) {
      const { namespace, key, ttlMs, staleMs } = place;
      const [kind, begun, turn, text, ageMs, freshMs] = await withinTime(
        scripts.cacheRead(...keysOf(place), namespace, key, ttlMs, staleMs, token, lockMs),
        timeoutMs,
      );
      return { kind: kinds[kind]!, begun, turn, text, ageMs, freshMs };
    },
    async readMany(slot, namespace, keys, ttlMs) {
      const places = [
        slot.state,
        slot.policies,
        slot.counters,
        ...keys.map((key) => slot.entry(namespace, key)),
      ];
      const [begun, ...texts] = await withinTime(
        scripts.cacheReadMany(places.length, ...places, namespace, ttlMs, ...keys),
        timeoutMs,
      );
      return { begun, texts };
    },
    async save(place, token, begun, { text, tags, ttlMs }) {
      const { namespace, key, ttlMs: defaultTtlMs, staleMs } = place;
      const stored = await scripts.cacheStore(
        ...keysOf(place),
        namespace,
        key,
        defaultTtlMs,
        staleMs,
        token,
        begun,
        text,
        tags.join('\n'),
        ttlMs ?? '',
      );
      return stored === 1;
    },
    async release({ namespace, key }, token, afterMs) {
      await scripts.cacheRelease(slotOf(slots, namespace, key).lock(namespace, key), token, afterMs);
    },
    async invalidate(members) {
      for (let start = 0; start < members.length; start += membersAtOnce) {
        const some = members.slice(start, start + membersAtOnce);
        await Promise.all(
          slots.map(({ state }) =>
            withinTime(scripts.cacheInvalidate(state, remembered, ...some), 4 * timeoutMs),
          ),
        );
      }
    },
    async setPolicy(namespace, policy) {
      for (const { policies } of slots) {
        if (!policy) await redis.hdel(policies, namespace);
        else {
          const { ttlSeconds, staleWhileRevalidateSeconds } = policy;
          await redis.hset(
            policies,
            namespace,
            `${ttlSeconds * 1_000} ${staleWhileRevalidateSeconds * 1_000}`,
          );
        }
      }
    },
  };
}

const kinds = ['nothing', 'fresh', 'stale'] as const;

/** The members of the state for what is to be invalidated. */
export function membersOf(what: {
  tags?: readonly string[];
  keys?: readonly { namespace: string; key: string }[];
  namespaces?: readonly string[];
}): string[] {
  return [
    ...(what.tags ?? []).map(memberOf.tag),
    ...(what.keys ?? []).map(({ namespace, key }) => memberOf.key(namespace, key)),
    ...(what.namespaces ?? []).map(memberOf.namespace),
  ];
}

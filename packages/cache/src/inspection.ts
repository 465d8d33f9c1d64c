import { type Slot, slotOf } from './keys.ts';
import { DESCRIBE } from './scripts.ts';
import type { Store } from './store.ts';

export interface NamespaceStatistics {
  /** Fresh values that were found. */
  hits: number;
  /** Values that were found and computed anew meanwhile. */
  stale: number;
  /** Values that were not found. */
  misses: number;
  stores: number;
  /** Values that were worth nothing by the time they were computed, because of an invalidation. */
  refusals: number;
  /** Entries whose time was over. */
  expired: number;
  /** About how many there are: those that are worth nothing count until someone asks for them or their time is over. */
  keys: number;
  /** About how much they take, by a sample of them. */
  bytes: number;
}

export interface EntryDetails {
  key: string;
  /** For how long it is kept, in milliseconds. */
  ttlMs: number;
  /** Of the value, in bytes. */
  sizeBytes: number;
  tags: readonly string[];
}

export interface EntryPage {
  entries: EntryDetails[];
  hasNextPage: boolean;
}

const counters = ['hits', 'stale', 'misses', 'stores', 'refusals', 'expired'] as const;
/** Entries of each slot that are looked at to say how much all of them take. */
const sampleSize = 20;
/** Beside its value, an entry has about so many bytes: names, the index, Redis's own. */
const overheadBytes = 400;
/** Entries that are looked at for one page: those that are worth nothing are passed over. */
const maxLookedAt = 1_000;

/** How a namespace fares. */
export async function statistics({ redis, slots }: Store, namespace: string): Promise<NamespaceStatistics> {
  const total = { hits: 0, stale: 0, misses: 0, stores: 0, refusals: 0, expired: 0, keys: 0, bytes: 0 };
  for (const slot of slots) {
    const counted = await redis.hmget(slot.counters, ...counters.map((counter) => `${namespace}|${counter}`));
    for (const [index, counter] of counters.entries()) total[counter] += Number(counted[index] ?? 0);
    const keys = await redis.zcount(slot.expiries(namespace), Date.now(), '+inf');
    total.keys += keys;
    total.bytes += keys * (await meanSize({ redis, slot, namespace }));
  }
  return { ...total, bytes: Math.round(total.bytes) };
}

async function meanSize(options: { redis: Store['redis']; slot: Slot; namespace: string }): Promise<number> {
  const { redis, slot, namespace } = options;
  const sample = await redis.zrandmember(slot.names(namespace), sampleSize);
  if (sample.length === 0) return 0;
  const sizes = await Promise.all(sample.map((key) => redis.hstrlen(slot.entry(namespace, key), 'value')));
  return overheadBytes + sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** One page of entries; see `Cache.entries`. */
export async function entriesOf(
  store: Store,
  namespace: string,
  page: { prefix?: string; after?: string; first: number },
): Promise<EntryPage> {
  const { prefix = '', first } = page;
  const entries: EntryDetails[] = [];
  let after = page.after;
  for (let lookedAt = 0; lookedAt < maxLookedAt; ) {
    const keys = await keysAfter(store, { namespace, prefix, after, count: first + 1 });
    const described = await Promise.all(keys.map((key) => describe(store, namespace, key)));
    entries.push(...described.filter((entry) => entry !== null));
    if (entries.length > first) return { entries: entries.slice(0, first), hasNextPage: true };
    if (keys.length <= first) return { entries, hasNextPage: false };
    lookedAt += keys.length;
    after = keys.at(-1);
  }
  return { entries, hasNextPage: true };
}

/** The next keys of all slots, in order. */
async function keysAfter(
  { redis, slots }: Store,
  page: { namespace: string; prefix: string; after: string | undefined; count: number },
): Promise<string[]> {
  const { namespace, prefix, after, count } = page;
  const from = after === undefined || after < prefix ? `[${prefix}` : `(${after}`;
  // Above every text that begins with the prefix: no UTF-8 has this byte.
  const to = Buffer.concat([Buffer.from(`(${prefix}`), Buffer.from([0xff])]);
  const found = await Promise.all(
    slots.map((slot) => redis.zrangebylex(slot.names(namespace), from, to, 'LIMIT', 0, count)),
  );
  return found
    .flat()
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .slice(0, count);
}

async function describe(
  { redis, slots }: Store,
  namespace: string,
  key: string,
): Promise<EntryDetails | null> {
  const slot = slotOf(slots, namespace, key);
  const found = (await redis.eval(DESCRIBE, 2, slot.state, slot.entry(namespace, key), namespace, key)) as
    | [number, number, string]
    | null;
  if (!found) return null;
  const [ttlMs, sizeBytes, tags] = found;
  return { key, ttlMs, sizeBytes, tags: tags === '' ? [] : tags.split('\n') };
}

/** Frees the memory of a namespace that was invalidated. @returns how many entries there were */
export async function remove({ redis, slots }: Store, namespace: string): Promise<number> {
  let removed = 0;
  for (const slot of slots) {
    for (;;) {
      const keys = await redis.zrange(slot.names(namespace), 0, 499);
      if (keys.length === 0) break;
      removed += await redis.unlink(...keys.map((key) => slot.entry(namespace, key)));
      await redis.zrem(slot.names(namespace), ...keys);
      await redis.zrem(slot.expiries(namespace), ...keys);
    }
  }
  return removed;
}

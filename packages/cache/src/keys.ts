import { createHash } from 'node:crypto';

const prefix = 'kronos:cache:';

/** A hash of all namespaces that a process has ever had, and what they are. */
export const registryKey = `${prefix}namespaces`;

/** The names in Redis of one part of the cache. All of them lie in one slot of a cluster, so that scripts may use them together. */
export interface Slot {
  /** A sorted set: what was invalidated, and when in the order of invalidations. */
  state: string;
  /** A hash: the policies that operators have set, by namespace. */
  policies: string;
  /** A hash of `<namespace>|<counter>`. */
  counters: string;
  /** A hash: one value, what it depends on, and since when it holds. */
  entry(namespace: string, key: string): string;
  /** Who computes a value at the moment. */
  lock(namespace: string, key: string): string;
  /** A sorted set of a namespace's keys by when they expire, in milliseconds. */
  expiries(namespace: string): string;
  /** The same keys in alphabetical order. */
  names(namespace: string): string;
}

/** The parts of a cache. @param count 1 for one Redis; more let a cluster's nodes share one namespace */
export function slotsOf(count: number): Slot[] {
  return Array.from({ length: count }, (_, index) => {
    const slot = `${prefix}{${index}}:`;
    return {
      state: `${slot}state`,
      policies: `${slot}policies`,
      counters: `${slot}counters`,
      entry: (namespace, key) => `${slot}entry:${namespace}:${key}`,
      lock: (namespace, key) => `${slot}lock:${namespace}:${key}`,
      expiries: (namespace) => `${slot}expiries:${namespace}`,
      names: (namespace) => `${slot}names:${namespace}`,
    };
  });
}

/** In which part a key lies; the same in every process. */
export function slotOf(slots: readonly Slot[], namespace: string, key: string): Slot {
  if (slots.length === 1) return slots[0]!;
  const digest = createHash('sha1').update(`${namespace}:${key}`).digest();
  return slots[digest.readUInt32BE(0) % slots.length]!;
}

/** What stands in the state for a tag, a key, a namespace. */
export const memberOf = {
  tag: (tag: string) => `t:${tag}`,
  key: (namespace: string, key: string) => `k:${namespace}:${key}`,
  namespace: (namespace: string) => `n:${namespace}`,
};

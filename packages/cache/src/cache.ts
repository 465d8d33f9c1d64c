import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Codec } from './codec.ts';
import type { EntryPage, NamespaceStatistics } from './inspection.ts';
import type { RegisteredNamespace } from './registry.ts';
import type { CachePolicy } from './store.ts';

export interface CacheOptions {
  /** From `openCacheRedis`; the cache does not close it. */
  redis: Redis | Cluster;
  logger: Pick<Logger, 'warn' | 'info' | 'debug'>;
  /** How long Redis may take to answer a reader before they compute by themselves, in milliseconds; 250 when omitted. */
  timeoutMs?: number;
  /** For tests: how many invalidations are remembered one by one. */
  remembered?: number;
}

/** Values of one kind. */
export interface NamespaceOptions<Value> {
  /** How long a value is fresh at most, unless an operator has said otherwise. */
  ttlSeconds: number;
  /** For how long after that it may still be given out while one reader computes it anew; 0 when omitted. */
  staleWhileRevalidateSeconds?: number;
  /** What is larger as text is not stored, in UTF-8 bytes; 1 MiB when omitted. */
  maxEntryBytes?: number;
  /** How long one reader may compute before others stop waiting and compute, too, in milliseconds; 10,000 when omitted. */
  computeMs?: number;
  /** JSON when omitted. */
  codec?: Codec<Value>;
  /** For people: what is kept here. */
  description?: string;
  /** What the tags are, such as `<table>:<uuid>`; for people. */
  tags?: readonly string[];
}

/** What a computation comes to. */
export interface Computed<Value> {
  value: Value;
  /** What it depends on: whoever changes that invalidates it. Up to 1,000, each of 1 to 200 characters without line breaks. */
  tags?: readonly string[];
  /** Shorter than the namespace's, or as long as that when omitted. */
  ttlSeconds?: number;
  /** False: this one is not to be kept. */
  isStorable?: boolean;
}

/** Where a value came from: `BYPASS` is computed without the cache, because that did not answer. */
export type Outcome = 'HIT' | 'STALE' | 'MISS' | 'BYPASS';

export interface CachedValue<Value> {
  value: Value;
  outcome: Outcome;
  /** For how long it has been stored; 0 when it was computed just now. */
  ageMs: number;
  /** For how long it is fresh from now on; negative when stale, 0 when it was computed just now. */
  freshMs: number;
}

/** What there is of many keys. */
export interface Found<Value> {
  /** By the places of their keys; undefined for what is not there. */
  values: readonly (Value | undefined)[];
  /**
   * Keeps what was missing and was begun to be computed after this was found. It never rejects.
   *
   * @param place of its key
   */
  save(place: number, computed: Computed<Value>): Promise<void>;
}

export interface CacheNamespace<Value> {
  readonly name: string;
  /**
   * The value of that key: from the cache, or computed. Of all readers in all processes one computes at a time; the others
   * get what it has stored.
   *
   * @param key 1 to 512 characters, and all that the value depends on, the viewer too where that matters
   * @param compute must read what it reads after it was called, never before; what it throws, the reader gets
   */
  through(key: string, compute: () => Promise<Computed<Value>>): Promise<CachedValue<Value>>;
  /**
   * What there is of many keys at once: what is missing, or stale, the reader computes, and nobody waits for anybody.
   *
   * @param keys as for `through`
   */
  find(keys: readonly string[]): Promise<Found<Value>>;
}

/** What is worth nothing any more. */
export interface Invalidation {
  /** In all namespaces. */
  tags?: readonly string[];
  /** Single values. */
  keys?: readonly { namespace: string; key: string }[];
  /** Everything in them. */
  namespaces?: readonly string[];
}

/** A cache that all processes with the same Redis share. */
export interface Cache {
  /** Values of one kind. Two processes that name the same must mean the same. @param name such as `data` */
  namespace<Value>(name: string, options: NamespaceOptions<Value>): CacheNamespace<Value>;
  /**
   * When this has resolved, nobody who asks gets a value that depends on these and was begun to be computed before.
   *
   * @throws CacheUnavailableError when Redis does not answer: this process then uses the cache no more until it has
   * made up for it, and others learn of it when it has
   */
  invalidate(what: Invalidation): Promise<void>;
  /** Says how long values of a namespace live, to all processes at once. Null: what the code says. */
  setPolicy(namespace: string, policy: CachePolicy | null): Promise<void>;
  /** Every namespace that any process has had. */
  namespaces(): Promise<RegisteredNamespace[]>;
  statistics(namespace: string): Promise<NamespaceStatistics>;
  /** Entries in alphabetical order of their keys, those that are worth nothing left out. @param first up to 100 */
  entries(namespace: string, page: { prefix?: string; after?: string; first: number }): Promise<EntryPage>;
  /** Invalidates a namespace and frees its memory, in small steps. @returns how many entries there were */
  flush(namespace: string): Promise<number>;
  /** Waits for what is computed in the background. The connection stays open. */
  close(): Promise<void>;
}

/** Redis does not answer. */
export class CacheUnavailableError extends Error {
  override readonly name = 'CacheUnavailableError';
}

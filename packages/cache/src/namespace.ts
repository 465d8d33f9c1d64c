import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  CachedValue,
  CacheNamespace,
  CacheOptions,
  Computed,
  Found,
  NamespaceOptions,
} from './cache.ts';
import { type Codec, json } from './codec.ts';
import { findMany } from './find-many.ts';
import type { Guard } from './guard.ts';
import { maxKeyLength, maxTagLength, maxTags } from './limits.ts';
import type { Place, Read, Store } from './store.ts';

/** The pauses of who waits for another process, in milliseconds: half as much again each time. */
const firstPauseMs = 4;
const longestPauseMs = 50;
/** After computing anew in the background has failed, nobody tries again for so long. */
const pauseAfterFailureMs = 1_000;

/** A computation of this process, and since when its value holds. */
interface Flight<Value> {
  begun: string;
  /** What was computed; settled when it is stored. */
  stored: Promise<Value>;
}

interface Dependencies {
  store: Store;
  guard: Guard;
  logger: CacheOptions['logger'];
  /** What runs in the background, for whoever closes the cache. */
  running: Set<Promise<unknown>>;
}

/** Values of one kind; see the interface. */
export function createNamespace<Value>(
  name: string,
  options: NamespaceOptions<Value>,
  { store, guard, logger, running }: Dependencies,
): CacheNamespace<Value> {
  const { maxEntryBytes = 1_048_576, computeMs = 10_000 } = options;
  const codec: Codec<Value> = options.codec ?? json();
  const ttlMs = options.ttlSeconds * 1_000;
  const staleMs = (options.staleWhileRevalidateSeconds ?? 0) * 1_000;
  const flights = new Map<string, Flight<Value>>();

  async function through(key: string, compute: () => Promise<Computed<Value>>): Promise<CachedValue<Value>> {
    assertKey(key);
    const place = { namespace: name, key, ttlMs, staleMs };
    const token = randomUUID();
    const deadline = performance.now() + computeMs;
    let waitedFor: string | undefined;
    let pauseMs = firstPauseMs;

    for (;;) {
      const found = await read(place, token);
      if (!found) return computedNow(await compute(), 'BYPASS');
      const isMine = found.turn === token;
      if (found.kind !== 'nothing') {
        const decoded = decode(found);
        if (decoded) {
          if (isMine) computeInBackground(place, found.begun, token, compute);
          return decoded;
        }
      }
      if (isMine) return computedNow(await fly(place, found.begun, token, compute), 'MISS');
      // Who was waited for has stored nothing that holds: waiting for the next one could go on for ever.
      const isInVain = waitedFor !== undefined && found.turn !== waitedFor;
      if (isInVain || found.turn === '' || performance.now() > deadline)
        return computedNow(await computeAndSave(place, found.begun, token, compute).computed, 'MISS');

      waitedFor = found.turn;
      const flight = flights.get(key);
      if (!flight) {
        await pause(pauseMs * (0.75 + Math.random() / 2));
        pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
        continue;
      }
      const arrived = await arrivedWithin(flight.stored, deadline - performance.now());
      // It began after the last invalidation that this reader may know of; otherwise Redis says whether it holds.
      if (arrived !== late && flight.begun === found.begun) return computedNow({ value: arrived }, 'MISS');
    }
  }

  async function read(place: Place, token: string): Promise<Read | undefined> {
    if (!(await guard.isUsable())) return undefined;
    try {
      return await store.read(place, token, computeMs);
    } catch (error) {
      guard.failed(error);
      // It may have become this reader's turn without their knowing.
      store.release(place, token, 0).catch(() => undefined);
      return undefined;
    }
  }

  function decode({ text, kind, ageMs, freshMs }: Read): CachedValue<Value> | undefined {
    try {
      return { value: codec.decode(text), outcome: kind === 'fresh' ? 'HIT' : 'STALE', ageMs, freshMs };
    } catch (error) {
      logger.debug({ err: error, namespace: name }, 'an entry of the cache cannot be read');
      return undefined;
    }
  }

  /** Computes as the one whose turn it is: others of this process get the same, or the same error. */
  async function fly(
    place: Place,
    begun: string,
    token: string,
    compute: () => Promise<Computed<Value>>,
  ): Promise<Computed<Value>> {
    const { computed, stored } = computeAndSave(place, begun, token, compute);
    const flight = { begun, stored };
    flights.set(place.key, flight);
    const land = () => {
      if (flights.get(place.key) === flight) flights.delete(place.key);
    };
    stored.then(land, land);
    return computed;
  }

  function computeInBackground(
    place: Place,
    begun: string,
    token: string,
    compute: () => Promise<Computed<Value>>,
  ): void {
    const { stored } = computeAndSave(place, begun, token, compute, pauseAfterFailureMs);
    stored.catch((error) => {
      logger.debug({ err: error, namespace: name }, 'a value could not be computed anew');
    });
  }

  function computeAndSave(
    place: Place,
    begun: string,
    token: string,
    compute: () => Promise<Computed<Value>>,
    releaseAfterMs = 0,
  ): { computed: Promise<Computed<Value>>; stored: Promise<Value> } {
    // A throw and a rejection are the same.
    const computed = (async () => compute())();
    const stored = computed.then(
      async (result) => {
        await save(place, begun, token, result);
        return result.value;
      },
      async (error) => {
        await quietly(store.release(place, token, releaseAfterMs));
        throw error;
      },
    );
    const settled = stored.then(
      () => undefined,
      () => undefined,
    );
    running.add(settled);
    void settled.then(() => running.delete(settled));
    return { computed, stored };
  }

  async function save(place: Place, begun: string, token: string, result: Computed<Value>): Promise<void> {
    const { value, tags = [], ttlSeconds, isStorable = true } = result;
    const text = isStorable && areTags(tags) ? codec.encode(value) : undefined;
    if (text === undefined || Buffer.byteLength(text) > maxEntryBytes) {
      return quietly(store.release(place, token, 0));
    }
    const ttl = ttlSeconds === undefined ? {} : { ttlMs: Math.round(ttlSeconds * 1_000) };
    await quietly(store.save(place, token, begun, { text, tags, ...ttl }));
  }

  async function quietly(step: Promise<unknown>): Promise<void> {
    try {
      await step;
    } catch (error) {
      guard.failed(error);
    }
  }

  async function find(keys: readonly string[]): Promise<Found<Value>> {
    for (const key of keys) assertKey(key);
    return findMany(keys, {
      ...{ namespace: name, ttlMs, store, guard, codec },
      save: (key, begun, computed) => {
        const saving = save({ namespace: name, key, ttlMs, staleMs }, begun, nobody, computed);
        running.add(saving);
        return saving.finally(() => running.delete(saving));
      },
    });
  }

  return { name, through, find };
}

function assertKey(key: string): void {
  if (key.length === 0 || key.length > maxKeyLength)
    throw new RangeError(`A key of the cache has 1 to ${maxKeyLength} characters.`);
}

/** The token of who has waited for no turn. */
const nobody = '-';

const late = Symbol('late');

async function arrivedWithin<Value>(
  promise: Promise<Value>,
  timeoutMs: number,
): Promise<Value | typeof late> {
  const timeout = Promise.withResolvers<typeof late>();
  const timer = setTimeout(timeout.resolve, timeoutMs, late);
  try {
    return await Promise.race([promise, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function computedNow<Value>({ value }: Computed<Value>, outcome: 'MISS' | 'BYPASS'): CachedValue<Value> {
  return { value, outcome, ageMs: 0, freshMs: 0 };
}

/** What depends on more, or on something that has no name, cannot be invalidated, and so is not stored. */
function areTags(tags: readonly string[]): boolean {
  return tags.length <= maxTags && tags.every(isTag);
}

/** Whether it can be a tag. */
export function isTag(tag: string): boolean {
  return tag.length > 0 && tag.length <= maxTagLength && !tag.includes('\n');
}

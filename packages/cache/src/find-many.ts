import type { Computed, Found } from './cache.ts';
import type { Codec } from './codec.ts';
import type { Guard } from './guard.ts';
import { type Slot, slotOf } from './keys.ts';
import type { Store } from './store.ts';

/** Keys that one script looks for at once: it holds up all others meanwhile. */
const keysAtOnce = 100;

interface Finding<Value> {
  namespace: string;
  ttlMs: number;
  store: Store;
  guard: Guard;
  codec: Codec<Value>;
  /** Stores what was computed since `begun`. */
  save(key: string, begun: string, computed: Computed<Value>): Promise<void>;
}

/** Looks for many values at once, in as few steps as there are slots; see `CacheNamespace.find`. */
export async function findMany<Value>(
  keys: readonly string[],
  { namespace, ttlMs, store, guard, codec, save }: Finding<Value>,
): Promise<Found<Value>> {
  const values: (Value | undefined)[] = keys.map(() => undefined);
  const begun: (string | undefined)[] = [];

  async function look(slot: Slot, places: readonly number[]): Promise<void> {
    const wanted = places.map((place) => keys[place]!);
    const found = await store.readMany(slot, namespace, wanted, ttlMs);
    for (const [index, place] of places.entries()) {
      begun[place] = found.begun;
      const text = found.texts[index];
      if (typeof text === 'string') values[place] = decoded(text, codec);
    }
  }

  if (keys.length > 0 && (await guard.isUsable()))
    await Promise.all(
      inSlots(keys, namespace, store.slots).map(([slot, places]) => look(slot, places)),
    ).catch((error) => guard.failed(error));
  return {
    values,
    async save(place, computed) {
      const since = begun[place];
      if (since !== undefined) await save(keys[place]!, since, computed);
    },
  };
}

/** The places of keys by the slots that they lie in, so many at once. */
function inSlots(keys: readonly string[], namespace: string, slots: readonly Slot[]): [Slot, number[]][] {
  const parts: [Slot, number[]][] = [];
  const open = new Map<Slot, number[]>();
  for (const [place, key] of keys.entries()) {
    const slot = slotOf(slots, namespace, key);
    let places = open.get(slot);
    if (!places || places.length === keysAtOnce) {
      places = [];
      open.set(slot, places);
      parts.push([slot, places]);
    }
    places.push(place);
  }
  return parts;
}

function decoded<Value>(text: string, codec: Codec<Value>): Value | undefined {
  try {
    return codec.decode(text);
  } catch {
    // What cannot be read is computed anew.
    return undefined;
  }
}

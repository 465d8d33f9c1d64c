/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
  /** Another one, whose numbers do not depend on how many of this one's are taken from now on. */
  fork(): Random;
}

/** The generator mulberry32: short, and random enough to choose what breaks next. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));

  return {
    between,
    pick: (items) => items[between(0, items.length - 1)]!,
    shuffled(items) {
      const rest = [...items];
      for (let last = rest.length - 1; last > 0; last--) {
        const chosen = between(0, last);
        [rest[last], rest[chosen]] = [rest[chosen]!, rest[last]!];
      }
      return rest;
    },
    fork: () => createRandom(between(0, 2 ** 32 - 1)),
  };
}

/** The seed to use: KRONOS_CHAOS_SEED, or else the given one. */
export function chosenSeed(otherwise: number): number {
  const text = process.env.KRONOS_CHAOS_SEED;
  if (!text) return otherwise;
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new Error(`KRONOS_CHAOS_SEED must be a whole number from 0 to ${2 ** 32 - 1}, not “${text}”.`);
  return seed;
}

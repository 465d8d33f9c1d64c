/** Decisions that a number repeats. */
export interface Dice {
  /** From 0 to `count` - 1. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<Option>(options: readonly Option[]): Option;
}

/** Mulberry32: small, fast and even enough for choices. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: (options) => options[below(options.length)]!,
  };
}

import fc, { type GeneratorValue } from 'fast-check';

/** Where a generator's decisions come from: fast-check, so that a seed repeats them. */
export interface Choices {
  /** Both bounds included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<Option>(options: readonly Option[]): Option;
  /** Each option with the given probability, in their order; at least `least` of them. */
  some<Option>(options: readonly Option[], probability: number, least?: number): Option[];
}

/** @param generate the value of `fc.gen()` within a property */
export function choicesOf(generate: GeneratorValue): Choices {
  const integer = (min: number, max: number) => generate(uniform, min, max);
  const chance = (probability: number) => integer(0, 999) >= 1_000 * (1 - probability);
  return {
    integer,
    chance,
    pick: (options) => options[integer(0, options.length - 1)]!,
    some(options, probability, least = 0) {
      const picked = new Set(options.filter(() => chance(probability)));
      while (picked.size < Math.min(least, options.length)) {
        picked.add(options[integer(0, options.length - 1)]!);
      }
      return options.filter((option) => picked.has(option));
    },
  };
}

/** Without fast-check's liking for the ends of a range, which would make rare what should be common. */
const uniform = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));

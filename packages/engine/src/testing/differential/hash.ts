/**
 * A number in 0 … 2³²−1 that depends on nothing but the parts: everything random about the generated data is such a number,
 * so that a value never changes because something else was added to, or removed from, a counterexample.
 */
export function hash(...parts: readonly (string | number)[]): number {
  let state = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let index = 0; index < text.length; index++) {
      state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
    }
    state = Math.imul(state ^ 0x1f, 0x01000193);
  }
  // FNV alone mixes its last characters badly.
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Whether something of the given probability is so, for these parts. */
export function chance(probability: number, ...parts: readonly (string | number)[]): boolean {
  return hash(...parts) < probability * 2 ** 32;
}

/** One of the options, for these parts. */
export function choose<Option>(
  options: readonly Option[],
  ...parts: readonly (string | number)[]
): Option | undefined {
  return options[hash(...parts) % options.length];
}

/** JSON whose object keys are sorted, so that equal values have equal texts. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}

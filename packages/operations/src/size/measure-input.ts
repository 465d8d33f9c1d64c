/** How large a value is that a client sends. */
export interface InputSize {
  /** Items of its longest list. */
  longestList: number;
  /** Levels of lists and objects. */
  depth: number;
}

/**
 * Measures a value from JSON, level by level: one that is nested a hundred thousand times cannot exhaust the stack here,
 * as it would where it is written again.
 */
export function measureInput(value: unknown): InputSize {
  let longestList = 0;
  let depth = 0;
  let level: object[] = isNested(value) ? [value] : [];
  while (level.length > 0) {
    depth++;
    const below: object[] = [];
    for (const nested of level) {
      if (Array.isArray(nested)) longestList = Math.max(longestList, nested.length);
      for (const inner of Object.values(nested)) if (isNested(inner)) below.push(inner);
    }
    level = below;
  }
  return { longestList, depth };
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

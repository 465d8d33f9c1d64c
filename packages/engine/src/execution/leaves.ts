import type { DataObject } from './run.ts';

/** Leaves that tell objects apart. */
export interface Leaves {
  /** The value of the first, which is different for most objects. */
  first(object: DataObject): unknown;
  /** Whether an object that has the same first leaf as another has the same others, and lacks none. */
  isSame(object: DataObject, other: DataObject): boolean;
}

/**
 * Generates how objects are told apart by some of their keys: V8 remembers for each place in the source where objects of one
 * kind have a key, and a loop over keys has one place for all.
 *
 * @param keys at least one
 */
export function compileLeaves(keys: readonly string[]): Leaves {
  const [first, ...others] = keys.map((key) => `[${JSON.stringify(key)}]`);
  const areSame = others.map((key) => `o${key} !== undefined && o${key} === p${key}`).join(' && ');
  // Keys come from a plan and are quoted as JSON; values are never part of the source.
  return new Function(`return { first: (o) => o${first}, isSame: (o, p) => ${areSame || true} };`)();
}

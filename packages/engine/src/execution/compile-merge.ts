import type { KeyTree } from './key-tree.ts';
import { mergeValue, type VagueTypes } from './merge.ts';
import type { DataObject } from './run.ts';

/** Merges what a fetch gave for one target into it; `source` belongs to `target` afterwards. */
export type Merge = (target: DataObject, source: DataObject) => void;

/**
 * Generates what `merge` does for the keys that a fetch gives its targets: V8 remembers for each place in the source where
 * objects of one kind have a key, and a loop over keys has one place for all.
 */
export function compileMerge(keys: KeyTree, vague: VagueTypes): Merge {
  const statements = [...keys.keys()].map((key) => {
    const name = JSON.stringify(key);
    return `{ const v = s[${name}];
if (v !== undefined) {
  const p = t[${name}];
  if (p === undefined) t[${name}] = v;
  else if (p !== v) mergeValue(t, ${name}, p, v, vague);
} }`;
  });
  const source = `return function merge(t, s) {\n${statements.join('\n')}\n}`;
  // Keys come from a plan and are quoted as JSON; values are never part of the source.
  return new Function('mergeValue', 'vague', source)(mergeValue, vague);
}

import type { Fetch } from './fetch.ts';
import type { KeyTree } from './key-tree.ts';

/**
 * Decides for which fetches the targets with one representation may share the lists and objects that they get. They may
 * when no other fetch of the plan writes into those through the targets or what is above: such a write could differ from
 * target to target. What is written by way of the shared objects themselves is the same for all.
 */
export function decideSharing(fetches: readonly Fetch[]): void {
  for (const fetch of fetches) {
    const composites = [...fetch.keys].filter(([, inner]) => inner.size > 0).map(([key]) => key);
    fetch.mayShare = !fetches.some(
      (other) => other !== fetch && composites.some((key) => writesBelow(other, [...fetch.path, key])),
    );
  }
}

function writesBelow(fetch: Fetch, path: readonly string[]): boolean {
  if (fetch.path.length >= path.length) return false;
  if (fetch.path.some((step, depth) => step !== path[depth])) return false;
  let keys: KeyTree | undefined = fetch.keys;
  for (const step of path.slice(fetch.path.length)) keys = keys?.get(step);
  return keys !== undefined && keys.size > 0;
}

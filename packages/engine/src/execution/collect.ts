import { type DataObject, isObject, type Run } from './run.ts';

export type Path = (string | number)[];

/** A path of a plan, compiled. */
export interface TargetPath {
  /** Names; lists on the way are traversed whether or not the plan marks them. */
  path: readonly string[];
  /** The same as one string. */
  pathKey: string;
}

/**
 * The objects at a path of the merged data. What stands in several places is collected once, and what has been collected
 * stays known until a fetch brings more than leaves.
 */
export function collect(run: Run, { path, pathKey }: TargetPath): readonly DataObject[] {
  const known = run.collected.get(pathKey);
  if (known) return known;
  const found: DataObject[] = [];
  if (run.shared) collectOnce(run.data, path, 0, found, run.shared, new Set());
  else collectAll(run.data, path, 0, found);
  run.collected.set(pathKey, found);
  return found;
}

function collectAll(value: unknown, path: readonly string[], depth: number, found: DataObject[]): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) collectAll(value[index], path, depth, found);
  } else if (depth === path.length) found.push(value as DataObject);
  else collectAll((value as DataObject)[path[depth]!], path, depth + 1, found);
}

function collectOnce(
  value: unknown,
  path: readonly string[],
  depth: number,
  found: DataObject[],
  shared: Set<object>,
  visited: Set<object>,
): void {
  if (typeof value !== 'object' || value === null) return;
  if (shared.has(value)) {
    if (visited.has(value)) return;
    visited.add(value);
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      collectOnce(value[index], path, depth, found, shared, visited);
    }
  } else if (depth === path.length) found.push(value as DataObject);
  else collectOnce((value as DataObject)[path[depth]!], path, depth + 1, found, shared, visited);
}

/** Every place, with list indices, at which the objects at a path of the merged data stand. Only errors need them. */
export function findPlaces(data: DataObject, path: readonly string[]): Map<DataObject, Path[]> {
  const places = new Map<DataObject, Path[]>();
  const here: Path = [];

  function visit(value: unknown, depth: number): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        here.push(index);
        visit(item, depth);
        here.pop();
      }
      return;
    }
    if (!isObject(value)) return;
    const step = path[depth];
    if (step === undefined) {
      const known = places.get(value);
      if (known) known.push([...here]);
      else places.set(value, [[...here]]);
      return;
    }
    here.push(step);
    visit(value[step], depth + 1);
    here.pop();
  }

  visit(data, 0);
  return places;
}

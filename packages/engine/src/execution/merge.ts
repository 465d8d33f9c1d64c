import { type DataObject, isObject } from './run.ts';

/**
 * Names of types that subgraphs with `@interfaceObject` give to objects of which they do not know the type. They never
 * replace a name that is better.
 */
export type VagueTypes = ReadonlySet<unknown> | null;

/**
 * Merges what a fetch gave into what is there, without copying: `source` belongs to `target` afterwards. What is there is
 * never replaced by null, so that a subgraph that fails costs its own fields alone.
 */
export function merge(target: DataObject, source: DataObject, vague: VagueTypes): void {
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    const present = target[key];
    if (present === undefined) target[key] = value;
    else if (present !== value) mergeValue(target, key, present, value, vague);
  }
}

/** Merges a value into another that is there. */
export function mergeValue(
  target: DataObject,
  key: string,
  present: unknown,
  value: unknown,
  vague: VagueTypes,
): void {
  if (value === null) return;
  if (typeof present === 'object' && present !== null) mergeComposite(target, key, present, value, vague);
  else if (!(vague?.has(value) && key === '__typename')) target[key] = value;
}

function mergeComposite(
  target: DataObject,
  key: string,
  present: object,
  value: unknown,
  vague: VagueTypes,
): void {
  if (Array.isArray(value) && Array.isArray(present) && value.length === present.length) {
    mergeLists(present, value, vague);
  } else if (isObject(value) && isObject(present)) merge(present, value, vague);
  else target[key] = value;
}

function mergeLists(target: unknown[], source: unknown[], vague: VagueTypes): void {
  for (let index = 0; index < source.length; index++) {
    const present = target[index];
    const value = source[index];
    if (isObject(present) && isObject(value)) merge(present, value, vague);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present, value, vague);
    } else if (value !== null) target[index] = value;
  }
}

/** A copy that shares no object or list with the original. */
export function copy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const copied: DataObject = {};
  for (const key in value) copied[key] = copy(value[key]);
  return copied as Value;
}

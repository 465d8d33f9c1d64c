import { type DataObject, isObject } from './run.ts';

/**
 * Merges what a fetch gave into what is there, without copying: `source` belongs to `target` afterwards. What is there is
 * never replaced by null, so that a subgraph that fails costs its own fields alone.
 */
export function merge(target: DataObject, source: DataObject): void {
  for (const key in source) {
    const value = source[key];
    if (value === undefined) continue;
    const present = target[key];
    if (typeof present !== 'object' || present === null || present === value) {
      if (value !== null || present === undefined) target[key] = value;
    } else if (value !== null) mergeComposite(target, key, present, value);
  }
}

function mergeComposite(target: DataObject, key: string, present: object, value: unknown): void {
  if (Array.isArray(value) && Array.isArray(present) && value.length === present.length) {
    mergeLists(present, value);
  } else if (isObject(value) && isObject(present)) merge(present, value);
  else target[key] = value;
}

function mergeLists(target: unknown[], source: unknown[]): void {
  for (let index = 0; index < source.length; index++) {
    const present = target[index];
    const value = source[index];
    if (isObject(present) && isObject(value)) merge(present, value);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length) {
      mergeLists(present, value);
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

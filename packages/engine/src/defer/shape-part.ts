import type { GraphQLError } from 'graphql';
import { type ErrorPlace, placeErrors } from '../execution/error-places.ts';
import type { KeyTree } from '../execution/key-tree.ts';
import type { Problems } from '../execution/problems.ts';
import { type DataObject, isObject } from '../execution/run.ts';
import { compileWriter, type Introspection, irregular, type WriteValue } from '../shape/compile-writer.ts';
import { completeFrom, type Position } from '../shape/complete.ts';
import { RawJson } from '../shape/raw-json.ts';
import type { Shaping } from '../shape/shape.ts';
import { type Instance, typenameOf } from './instances.ts';
import type { Site } from './sites.ts';

/** What a deferred fragment gives for one object. */
export interface ShapedPart {
  instance: Instance;
  data: RawJson | Record<string, unknown> | null;
  /** Their paths begin at the root of the answer. */
  errors: GraphQLError[];
}

export interface PartInput {
  /** Everything that has been merged, from the root. */
  data: DataObject;
  instances: readonly Instance[];
  /** Of the part, with those of the parts around. */
  problems: Problems;
  introspection: Introspection;
}

/** Makes parts of what a run has merged; the object of each begins an answer of its own, beyond which no null goes. */
export type ShapePart = (input: PartInput) => ShapedPart[];

/**
 * Compiles the parts that a deferred fragment gives.
 *
 * @param selected what the whole operation selects: an error of what another part shows is not for this one
 */
export function compileShapePart(shaping: Shaping, site: Site, selected: KeyTree): ShapePart {
  const { schema } = shaping;
  const { selectionSet } = site;
  const writers = new Map<string, WriteValue>();

  function write({ object, type }: Instance, introspection: Introspection): string | undefined {
    const typename = typenameOf(object, type);
    let writer = writers.get(typename);
    if (!writer) {
      writer = compileWriter({ ...shaping, typeOf: (name) => schema.getType(name) }, typename, [
        selectionSet,
      ]);
      writers.set(typename, writer);
    }
    try {
      return writer(object, introspection);
    } catch (error) {
      if (error !== irregular) throw error;
      return undefined;
    }
  }

  function complete(input: PartInput, instance: Instance, places: ErrorPlace): ShapedPart {
    const { object, type } = instance;
    const completed = completeFrom(findStart(input, instance, places), {
      ...shaping,
      typename: typenameOf(object, type),
      selectionSet,
      selected: keysBelow(selected, instance.dataPath),
      data: object,
      problems: input.problems,
      introspection: input.introspection,
    });
    return { instance, ...completed };
  }

  return (input) => {
    const { instances, problems, introspection } = input;
    const isClean = problems.isEmpty;
    const places = isClean ? noPlace : placeErrors(problems.allLocated());
    const parts = instances.map((instance): ShapedPart => {
      const text = isClean ? write(instance, introspection) : undefined;
      if (text === undefined) return complete(input, instance, places);
      return { instance, data: new RawJson(text), errors: [] };
    });
    reportRest(parts, problems);
    return parts;
  };
}

function keysBelow(selected: KeyTree, dataPath: Instance['dataPath']): KeyTree {
  let keys = selected;
  for (const step of dataPath) if (typeof step === 'string') keys = keys.get(step) ?? new Map();
  return keys;
}

const noPlace: ErrorPlace = { below: new Map(), errors: [] };

/** What belongs to no position of any part, and must not go unnoticed. */
function reportRest(parts: readonly ShapedPart[], problems: Problems): void {
  const [first] = parts;
  first!.errors.push(...problems.unlocated);
  if (problems.failures.size === 0 || parts.some(({ errors }) => errors.length > 0)) return;
  const present = objectsBelow(parts.map(({ instance }) => instance.object));
  first!.errors.push(...problems.failedWith((target) => present.has(target)));
}

function objectsBelow(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  for (const below of Object.values(value)) objectsBelow(below, found);
  return found;
}

/** Where an instance stands: what is missing above it, it lacks too. */
function findStart(
  { data, problems }: PartInput,
  { path, dataPath }: Instance,
  places: ErrorPlace,
): Position {
  let missing: Position['missing'] = [];
  let place: ErrorPlace | undefined = places;
  let value: unknown = data;
  for (const step of dataPath) {
    if (typeof step === 'string' && isObject(value)) {
      missing = [...missing, ...problems.failuresOf(value)].flatMap(({ error, keys }) => {
        const inner = keys.get(step);
        return inner ? [{ error, keys: inner }] : [];
      });
    }
    place = place?.below.get(step);
    value = (value as Record<string | number, unknown> | undefined)?.[step];
  }
  return { path, place, missing };
}

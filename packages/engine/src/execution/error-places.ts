import type { GraphQLError } from 'graphql';
import type { Path } from './collect.ts';
import type { KeyTree } from './key-tree.ts';
import type { LocatedError } from './problems.ts';

/** A place in the merged data at which, or below which, subgraphs have reported errors. */
export interface ErrorPlace {
  below: Map<string | number, ErrorPlace>;
  errors: GraphQLError[];
  /** Where it is in the answer, once completion has come here. */
  answerPath?: Path;
  isNull?: boolean;
}

export function placeErrors(located: readonly LocatedError[]): ErrorPlace {
  const root: ErrorPlace = { below: new Map(), errors: [], answerPath: [] };
  for (const { path, error } of located) {
    let place = root;
    for (const step of path) {
      let next = place.below.get(step);
      if (!next) {
        next = { below: new Map(), errors: [] };
        place.below.set(step, next);
      }
      place = next;
    }
    place.errors.push(error);
  }
  return root;
}

/** One of the errors at a place of the merged data or below it. */
export function findError(place: ErrorPlace | undefined, path: Path): GraphQLError | undefined {
  let found = place;
  for (const step of path) found = found?.below.get(step);
  return found && firstError(found);
}

function firstError(place: ErrorPlace): GraphQLError | undefined {
  if (place.errors[0]) return place.errors[0];
  for (const below of place.below.values()) {
    const error = firstError(below);
    if (error) return error;
  }
  return undefined;
}

/** Takes the errors at a place and below it, each with the rest of its path. */
export function takeErrors(place: ErrorPlace): { error: GraphQLError; rest: Path }[] {
  const taken = place.errors.splice(0).map((error) => ({ error, rest: [] as Path }));
  for (const [step, below] of place.below) {
    for (const { error, rest } of takeErrors(below)) taken.push({ error, rest: [step, ...rest] });
  }
  return taken;
}

/**
 * Errors that no null of the answer shows, e.g. of a field that only the plan wanted, with the nearest place in it. What
 * has been fetched for objects of other types than this one is nobody's business.
 *
 * @param selected what the operation selects, for objects of whatever type
 */
export function* leftOverErrors(
  place: ErrorPlace,
  selected: KeyTree | undefined,
  nearest: Path = [],
): Generator<{ error: GraphQLError; path: Path }> {
  // Below what is null for another reason an error would be one too many.
  if (place.isNull) return;
  const path = place.answerPath ?? nearest;
  for (const error of place.errors) yield { error, path };
  for (const [step, below] of place.below) {
    const inner = typeof step === 'number' ? selected : selected?.get(step);
    const isOfOthers = inner && !below.answerPath;
    if (!isOfOthers) yield* leftOverErrors(below, inner, path);
  }
}

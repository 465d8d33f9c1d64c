import type { GraphQLError } from 'graphql';
import type { Path } from './collect.ts';
import type { KeyTree } from './key-tree.ts';
import type { DataObject } from './run.ts';

/** A fetch that gave nothing: every field that it was for is missing because of one error. */
export interface Failure {
  error: GraphQLError;
  keys: KeyTree;
}

/** An error that a subgraph reported for a place in the merged data. */
export interface LocatedError {
  path: Path;
  error: GraphQLError;
}

/**
 * What went wrong in a run, kept apart from the answer until all data is there: only then is it known which positions show
 * an error, and which errors belong to what is null anyway.
 *
 * An answer in parts has problems for each part: those of the parts around it explain nulls in it, and are not its own.
 */
export class Problems {
  readonly #around: readonly Problems[];
  readonly located: LocatedError[] = [];
  /** Errors of which the subgraph does not say where they belong, although it gave data. */
  readonly unlocated: GraphQLError[] = [];
  readonly failures = new Map<DataObject, Failure[]>();
  /** The keys that objects do not get because their subgraph has no such entity. That alone is no problem. */
  readonly #absent = new Map<DataObject, KeyTree[]>();

  /** @param around the problems of what this is a part of; none when omitted */
  constructor(around: readonly Problems[] = nothingAround) {
    this.#around = around;
  }

  /** Whether nothing went wrong, here or around. */
  get isEmpty(): boolean {
    const hasNone = this.located.length === 0 && this.unlocated.length === 0 && this.failures.size === 0;
    return hasNone && (this.#around === nothingAround || this.#around.every(({ isEmpty }) => isEmpty));
  }

  /** The located errors of this and of what is around it. */
  allLocated(): readonly LocatedError[] {
    if (this.#around === nothingAround) return this.located;
    return [...this.#withAround()].flatMap(({ located }) => located);
  }

  /** Why an object lacks something, here or around. */
  failuresOf(object: DataObject): readonly Failure[] {
    if (this.#around === nothingAround) return this.failures.get(object) ?? [];
    return [...this.#withAround()].flatMap(({ failures }) => failures.get(object) ?? []);
  }

  /** Whether an object lacks something because a subgraph has no such entity, here or around. */
  isAbsent(object: DataObject, key: string): boolean {
    const isHere = this.#absent.get(object)?.some((keys) => keys.has(key)) ?? false;
    return isHere || this.#around.some((problems) => problems.isAbsent(object, key));
  }

  #withAround(found = new Set<Problems>()): Set<Problems> {
    found.add(this);
    for (const problems of this.#around) problems.#withAround(found);
    return found;
  }

  /** Notes that `targets` do not get what a fetch was for. */
  fail(targets: Iterable<DataObject>, failure: Failure): void {
    for (const target of targets) {
      const known = this.failures.get(target);
      if (known) known.push(failure);
      else this.failures.set(target, [failure]);
    }
  }

  /** Notes that a subgraph has no entity of which `target` was to get these keys. */
  noteAbsent(target: DataObject, keys: KeyTree): void {
    const known = this.#absent.get(target);
    if (known) known.push(keys);
    else this.#absent.set(target, [keys]);
  }

  /** Takes over what other problems have noted themselves. */
  add(problems: Problems): void {
    const { located, unlocated, failures } = problems;
    this.located.push(...located);
    this.unlocated.push(...unlocated);
    for (const [target, noted] of failures) {
      for (const failure of noted) this.fail([target], failure);
    }
    for (const [target, noted] of problems.#absent) {
      for (const keys of noted) this.noteAbsent(target, keys);
    }
  }

  /**
   * The errors of failures, but for those that have a place of their own.
   *
   * @param isTarget which objects count; all when omitted
   */
  failedWith(isTarget: (object: DataObject) => boolean = () => true): Set<GraphQLError> {
    const placed = new Set(this.located.map(({ error }) => error));
    const found = new Set<GraphQLError>();
    for (const [target, failures] of this.failures) {
      if (!isTarget(target)) continue;
      for (const { error } of failures) if (!placed.has(error)) found.add(error);
    }
    return found;
  }
}

const nothingAround: readonly Problems[] = [];

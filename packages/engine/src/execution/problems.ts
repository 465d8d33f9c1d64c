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
 */
export class Problems {
  readonly located: LocatedError[] = [];
  /** Errors of which the subgraph does not say where they belong, although it gave data. */
  readonly unlocated: GraphQLError[] = [];
  readonly failures = new Map<DataObject, Failure[]>();

  get isEmpty(): boolean {
    return this.located.length === 0 && this.unlocated.length === 0 && this.failures.size === 0;
  }

  /** Notes that `targets` do not get what a fetch was for. */
  fail(targets: Iterable<DataObject>, failure: Failure): void {
    for (const target of targets) {
      const known = this.failures.get(target);
      if (known) known.push(failure);
      else this.failures.set(target, [failure]);
    }
  }

  /** The errors of all failures. */
  failedWith(): Set<GraphQLError> {
    return new Set([...this.failures.values()].flat().map(({ error }) => error));
  }
}

import type { GraphQLError } from 'graphql';
import type { Path } from '../execution/collect.ts';
import type { RawJson } from '../shape/raw-json.ts';

/** Where a context value offers to carry an answer in parts: a request without this slot is answered whole. */
export const partsSlot = Symbol('partsSlot');

export interface PartsSlot {
  /** What follows the answer, when the operation is answered in parts. It must be read to its end, or left. */
  parts?: AsyncGenerator<Parts, void>;
}

/** What a deferred fragment gives for one object of the answer. */
export interface Part {
  label?: string;
  /** Of the object. */
  path: Path;
  /** Null when the part could not be given, for the reason in `errors`. */
  data: RawJson | Record<string, unknown> | null;
  /** Their paths begin at the root of the answer. */
  errors?: readonly GraphQLError[];
}

/** Parts that are ready at the same time. */
export interface Parts {
  incremental: Part[];
  hasNext: boolean;
}

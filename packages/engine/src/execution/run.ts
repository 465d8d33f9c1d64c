import type { RequestScope } from '../http/subgraph-call.ts';
import { Problems } from './problems.ts';

/** An object of the merged data, as subgraphs have sent it. */
export type DataObject = Record<string, unknown>;

/** One execution of a program. */
export interface Run {
  /** What has been merged so far, from the root. */
  data: DataObject;
  /** As the client sent them, under the names that subgraphs know. */
  variables: Record<string, unknown>;
  request: RequestScope;
  /** Whether every string of the data is the same in JSON but for its quotation marks. */
  isPlain: boolean;
  problems: Problems;
  /** Objects and lists that stand in several places, because their owners had the same representation. */
  shared: Set<object> | null;
  /** Targets of fetches by their paths, for as long as no other objects can have come. */
  collected: Map<string, readonly DataObject[]>;
}

/** One compiled node of a plan. It never rejects: what goes wrong is noted in the run's problems. */
export type Step = (run: Run) => Promise<void>;

/** A run at its beginning. */
export function startRun(variables: Record<string, unknown>, context: Record<string, unknown>): Run {
  return {
    data: {},
    variables,
    request: { context },
    isPlain: true,
    problems: new Problems(),
    shared: null,
    collected: new Map(),
  };
}

export function isObject(value: unknown): value is DataObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

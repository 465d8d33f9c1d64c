import type { QueryPlannerConfig } from '@apollo/query-planner';
import './mend-planner.ts';

/**
 * For every planner. A fragment of the client in a request to a subgraph may use variables that the request does not
 * declare, and finding a use for it costs more than it saves: a subgraph knows the request from the last time. Plans with
 * `@defer` are for operations that still have the directive when they get here, which those that are answered whole do not.
 */
export const ownPlanning = {
  reuseQueryFragments: false,
  incrementalDelivery: { enableDefer: true },
} satisfies QueryPlannerConfig;

/** Labels of progressive overrides as a planner takes them; those that it is not told are off. */
export function areOn(overrides: readonly string[]): Map<string, boolean> {
  return new Map(overrides.map((label) => [label, true]));
}

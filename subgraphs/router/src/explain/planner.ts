import { createPlanExplainer, type ExplainedPlan, type PlanExplainer } from '@kronos/engine/explain';
import { serviceUnavailable } from '@kronos/subgraph';
import type { Graph } from '../supergraph/read-graph.ts';

/** Finds the plans of operations, by the version of the graph that they are meant for. */
export interface Planner {
  /** @throws SERVICE_UNAVAILABLE when too many wait, OPERATION_NOT_PLANNABLE */
  plan(graph: Graph, document: string, operationName: string | undefined): Promise<ExplainedPlan>;
  close(): void;
}

/** One is planned at a time; who would wait for more than these is told to come again. */
const mostWaiting = 16;
const retryAfterSeconds = 5;

export function createPlanner(timeoutMs: number): Planner {
  let current: { hash: string; explainer: PlanExplainer } | undefined;
  let waiting = 0;

  function explainerOf({ hash, sdl }: Graph): PlanExplainer {
    if (current?.hash === hash) return current.explainer;
    current?.explainer.close();
    current = { hash, explainer: createPlanExplainer({ supergraphSdl: sdl, timeoutMs }) };
    return current.explainer;
  }

  return {
    async plan(graph, document, operationName) {
      if (waiting >= mostWaiting)
        throw serviceUnavailable(
          'Many operations are being explained: try again in a moment.',
          retryAfterSeconds,
        );
      waiting += 1;
      try {
        return await explainerOf(graph).explain(document, operationName);
      } finally {
        waiting -= 1;
      }
    },
    close: () => current?.explainer.close(),
  };
}

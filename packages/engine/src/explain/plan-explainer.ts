import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { type GraphQLError, parse, print, visit } from 'graphql';
import { codedError } from '../coded-error.ts';
import { createPlannerThread, PlanningTimeout } from '../plan/planner-thread.ts';
import { prepareSupergraph } from '../supergraph/prepare.ts';

export interface PlanExplainerOptions {
  /** The full SDL of the supergraph, as composition gives it. */
  supergraphSdl: string;
  /** The longest that planning one operation may take, in milliseconds. */
  timeoutMs: number;
}

/** How an operation would be executed. */
export interface ExplainedPlan {
  /** For people, in the format of Apollo's tools. */
  text: string;
  /** The names of the subgraphs that are asked, in alphabetical order. */
  subgraphs: string[];
}

/** Plans operations without executing them, all in a thread that begins with the first and ends when it has nothing to do. */
export interface PlanExplainer {
  /**
   * @param document valid in the graph
   * @throws a coded error OPERATION_NOT_PLANNABLE
   */
  explain(document: string, operationName?: string): Promise<ExplainedPlan>;
  close(): void;
}

export function createPlanExplainer({ supergraphSdl, timeoutMs }: PlanExplainerOptions): PlanExplainer {
  const thread = createPlannerThread({ sdl: prepareSupergraph(supergraphSdl), timeoutMs });
  return {
    async explain(document, operationName) {
      const plan = await thread.plan(withoutDefer(document), operationName, []).catch((error) => {
        throw notExplained(error);
      });
      // The planner's library is large: whoever never explains anything does without.
      const { prettyFormatQueryPlan } = await import('@apollo/query-planner');
      return { text: prettyFormatQueryPlan(plan), subgraphs: subgraphsIn(plan) };
    },
    close: thread.close,
  };
}

/** It decides when a part of the answer comes, not from where. */
function withoutDefer(document: string): string {
  return print(
    visit(parse(document), { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) }),
  );
}

function subgraphsIn({ node }: QueryPlan): string[] {
  const names = new Set<string>();
  const pending: (PlanNode | SubscriptionNode | undefined)[] = [node];
  while (pending.length > 0) {
    const next = pending.pop();
    switch (next?.kind) {
      case 'Fetch':
        names.add(next.serviceName);
        break;
      case 'Flatten':
        pending.push(next.node);
        break;
      case 'Sequence':
      case 'Parallel':
        pending.push(...next.nodes);
        break;
      case 'Condition':
        pending.push(next.ifClause, next.elseClause);
        break;
      case 'Subscription':
        pending.push(next.primary, next.rest);
        break;
    }
  }
  return [...names].sort();
}

function notExplained(error: Error): GraphQLError {
  const isSlow = error instanceof PlanningTimeout;
  const message = isSlow
    ? 'Finding a plan for this operation takes too long.'
    : 'No plan can be found for this operation.';
  return codedError(message, {
    code: 'OPERATION_NOT_PLANNABLE',
    originalError: error,
    ...(isSlow && { retryAfter: 30 }),
  });
}

import { operationFromDocument } from '@apollo/federation-internals';
import type { QueryPlan, QueryPlanner, QueryPlannerConfig } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLError, Kind, print, visit } from 'graphql';
import { codedError } from '../coded-error.ts';
import { areOn, ownPlanning } from './planner-config.ts';
import { type PlannerThread, PlanningTimeout } from './planner-thread.ts';

/** Finds the plan for one operation: at once when that is cheap, otherwise later. */
export type FindPlan = (
  document: DocumentNode,
  operationName?: string,
  /** The labels of progressive overrides that are on. */
  overrides?: readonly string[],
) => QueryPlan | Promise<QueryPlan>;

const evaluatedPlans = 256;

/**
 * For planners on the event loop: they give up within a few milliseconds where fields can come from so many subgraphs that
 * comparing the ways takes seconds.
 */
export const quickPlanning = {
  ...ownPlanning,
  debug: { pathsLimit: 50, maxEvaluatedPlans: 2 * evaluatedPlans },
} satisfies QueryPlannerConfig;

/** Planning takes about a tenth of a millisecond per field, and more with each of them. */
const quickFields = 150;

/**
 * Plans on the event loop what does not stall it, and the rest in a thread.
 *
 * @param planner made with `quickPlanning`
 */
export function createFindPlan(planner: QueryPlanner, thread: PlannerThread): FindPlan {
  const schema = planner.supergraph.apiSchema();

  function planQuickly(
    document: DocumentNode,
    operationName: string | undefined,
    overrides: readonly string[],
  ): QueryPlan | undefined {
    if (countFields(document) > quickFields) return undefined;
    try {
      const operation = operationFromDocument(schema, document, { operationName });
      const plan = planner.buildQueryPlan(operation, { overrideConditions: areOn(overrides) });
      // A planner leaves ways out until no more are left than it may evaluate, and that is more than half as many: up to
      // half, none was left out, and the plan is the one that is found without a limit. (What it takes to get at a key is
      // planned apart and not counted; that is a handful of ways at most.)
      const { evaluatedPlanCount } = planner.lastGeneratedPlanStatistics() ?? { evaluatedPlanCount: 0 };
      return evaluatedPlanCount > evaluatedPlans ? undefined : plan;
    } catch (error) {
      if (String(error).includes('Too many options')) return undefined;
      throw notPlannable(error);
    }
  }

  return (document, operationName, overrides = []) =>
    planQuickly(document, operationName, overrides) ??
    thread.plan(print(document), operationName, overrides).catch((error) => {
      throw error instanceof PlanningTimeout ? tooSlow(error) : notPlannable(error);
    });
}

/** Fields as they are planned, those of fragments as often as these are spread. */
function countFields(document: DocumentNode): number {
  const fragments = new Map<string, number>();
  const count = (node: DocumentNode['definitions'][number]): number => {
    let fields = 0;
    visit(node, {
      Field: () => {
        fields++;
      },
      FragmentSpread: ({ name }) => {
        fields += fragments.get(name.value) ?? countFragment(name.value);
      },
    });
    return fields;
  };
  const countFragment = (name: string): number => {
    const definition = document.definitions.find(
      (node) => node.kind === Kind.FRAGMENT_DEFINITION && node.name.value === name,
    );
    const fields = definition ? count(definition) : 0;
    fragments.set(name, fields);
    return fields;
  };
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return Math.max(0, ...operations.map(count));
}

/** The planner has limits, and gives up on a few operations that are valid. */
function notPlannable(error: unknown): GraphQLError {
  return codedError('No plan can be found for this operation.', {
    code: 'OPERATION_NOT_PLANNABLE',
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
}

/** May be a matter of how busy the machine is. */
function tooSlow(originalError: Error): GraphQLError {
  return codedError('Finding a plan for this operation takes too long.', {
    code: 'OPERATION_NOT_PLANNABLE',
    retryAfter: 30,
    originalError,
  });
}

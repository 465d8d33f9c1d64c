import { Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type ConstDirectiveNode, type DocumentNode, type GraphQLSchema, Kind, parse, print } from 'graphql';
import type { ProgramOptions } from '../execution/fetch.ts';
import type { KnowEntities } from '../execution/known-entities.ts';
import type { VagueTypes } from '../execution/merge.ts';
import type { SubgraphCall } from '../http/subgraph-call.ts';
import { fixArguments } from '../supergraph/fixed-arguments.ts';
import { type OverridesOf, readOverrides } from '../supergraph/overrides.ts';
import type { EngineTrace } from '../trace.ts';
import { createDataKeys, type DataKeyOf } from './data-keys.ts';
import { createFindPlan, quickPlanning } from './find-plan.ts';
import { findInterfaceRequirements } from './hoist-requirements.ts';
import type { Operation } from './operation.ts';
import type { PlanCache } from './plan-cache.ts';
import { type PlannedPart, toPlannedDocument } from './planned-document.ts';
import { createPlannerThread } from './planner-thread.ts';

/** The planner of one version of a supergraph, and what compiling its plans needs. */
export interface Planning extends ProgramOptions {
  /** The progressive overrides that an operation may fall under. */
  overridesOf: OverridesOf;
  /** Where the merged data has the fields of an operation. */
  dataKeysFor(operation: DocumentNode): DataKeyOf;
  /**
   * @param variables with defaults, and what was decided of overrides: the plan is for operations with the same conditions
   * @throws a coded error when the operation is beyond the planner
   */
  plan(
    operation: Operation,
    dataKeyOf: DataKeyOf,
    variables: Record<string, unknown>,
    part?: PlannedPart,
  ): QueryPlan | Promise<QueryPlan>;
  close(): void;
}

export interface PlanningLimits {
  /** The longest that planning one operation may take, in milliseconds. */
  timeoutMs: number;
  plans: PlanCache;
  /** The labels of progressive overrides that are on. */
  overrideLabels: ReadonlySet<string>;
  trace?: EngineTrace;
  know?: KnowEntities;
}

/**
 * @param planner of the prepared SDL, made with `quickPlanning`
 * @param preparedSdl what `prepareSupergraph` gave
 */
export function createPlanning(
  planner: QueryPlanner,
  preparedSdl: string,
  calls: Readonly<Record<string, SubgraphCall>>,
  { timeoutMs, plans, overrideLabels, trace, know }: PlanningLimits,
): Planning {
  const fixed = fixArguments(parse(preparedSdl, { noLocation: true }));
  // Only a supergraph with such requirements is worth a second planner.
  const ownPlanner = fixed.fields.size === 0 ? planner : plannerOf(fixed.document);
  const sdl = fixed.fields.size === 0 ? preparedSdl : print(fixed.document);
  const thread = createPlannerThread({ sdl, timeoutMs });
  const find = createFindPlan(ownPlanner, thread);
  const findPlan = plans.with(sdl, trace ? (...args) => trace.plan(args[1], () => find(...args)) : find);
  const schema: GraphQLSchema = ownPlanner.supergraph.schema.toGraphQLJSSchema();
  const vagueTypes = findInterfaceObjects(fixed.document);
  const required = findInterfaceRequirements(fixed.document, vagueTypes);
  return {
    schema,
    calls,
    vagueTypes,
    know,
    fixed,
    overridesOf: readOverrides(fixed.document, overrideLabels),
    dataKeysFor: createDataKeys(fixed.document),
    plan(operation, dataKeyOf, variables, part) {
      const document = toPlannedDocument(operation, dataKeyOf, variables, required, part);
      const overrides = operation.overrides.flatMap(({ label }) =>
        variables[label] === true ? [label] : [],
      );
      return findPlan(document, operation.node.name?.value, overrides);
    },
    close: thread.close,
  };
}

/** The interfaces that some subgraph knows as if they were objects; null when there are none. */
function findInterfaceObjects(supergraph: DocumentNode): VagueTypes {
  const names = supergraph.definitions.flatMap((node) =>
    node.kind === Kind.INTERFACE_TYPE_DEFINITION && node.directives?.some(isInterfaceObject)
      ? [node.name.value]
      : [],
  );
  return names.length > 0 ? new Set(names) : null;
}

function isInterfaceObject({ name, arguments: given = [] }: ConstDirectiveNode): boolean {
  if (name.value !== 'join__type') return false;
  return given.some(
    (argument) =>
      argument.name.value === 'isInterfaceObject' &&
      argument.value.kind === Kind.BOOLEAN &&
      argument.value.value,
  );
}

function plannerOf(document: DocumentNode): QueryPlanner {
  return new QueryPlanner(Supergraph.build(print(document), { validateSupergraph: false }), quickPlanning);
}

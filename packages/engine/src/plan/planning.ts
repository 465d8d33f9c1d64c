import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  parse,
  print,
} from 'graphql';
import { codedError } from '../coded-error.ts';
import type { ProgramOptions } from '../execution/fetch.ts';
import type { VagueTypes } from '../execution/merge.ts';
import type { SubgraphCall } from '../http/subgraph-call.ts';
import { fixArguments } from '../supergraph/fixed-arguments.ts';
import { createDataKeys, type DataKeyOf } from './data-keys.ts';
import type { Operation } from './operation.ts';
import { toPlannedDocument } from './planned-document.ts';

/** The planner of one version of a supergraph, and what compiling its plans needs. */
export interface Planning extends ProgramOptions {
  /** Where the merged data has the fields of an operation. */
  dataKeysFor(operation: DocumentNode): DataKeyOf;
  /**
   * @param variables with defaults: the plan is for operations with the same variables of @skip and @include
   * @throws a coded error when the operation is beyond the planner
   */
  plan(operation: Operation, dataKeyOf: DataKeyOf, variables: Record<string, unknown>): QueryPlan;
}

/**
 * @param planner of the prepared SDL, built already
 * @param preparedSdl what `prepareSupergraph` gave
 */
export function createPlanning(
  planner: QueryPlanner,
  preparedSdl: string,
  calls: Readonly<Record<string, SubgraphCall>>,
): Planning {
  const fixed = fixArguments(parse(preparedSdl, { noLocation: true }));
  // Only a supergraph with such requirements is worth a second planner.
  const ownPlanner = fixed.fields.size === 0 ? planner : plannerOf(fixed.document);
  const federationSchema: Schema = ownPlanner.supergraph.apiSchema();
  const schema: GraphQLSchema = ownPlanner.supergraph.schema.toGraphQLJSSchema();
  return {
    schema,
    calls,
    vagueTypes: findInterfaceObjects(fixed.document),
    fixed,
    dataKeysFor: createDataKeys(fixed.document),
    plan(operation, dataKeyOf, variables) {
      const document = toPlannedDocument(operation, dataKeyOf, variables);
      const operationName = operation.node.name?.value;
      try {
        return ownPlanner.buildQueryPlan(
          operationFromDocument(federationSchema, document, { operationName }),
        );
      } catch (error) {
        throw notPlannable(error);
      }
    },
  };
}

/** The planner has limits, and gives up on a few operations that are valid. */
function notPlannable(error: unknown): GraphQLError {
  return codedError('No plan can be found for this operation.', {
    code: 'OPERATION_NOT_PLANNABLE',
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
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
  return new QueryPlanner(Supergraph.build(print(document), { validateSupergraph: false }));
}

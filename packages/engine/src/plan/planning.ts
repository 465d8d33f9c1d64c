import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import { type DocumentNode, type GraphQLSchema, parse, print } from 'graphql';
import type { ProgramOptions } from '../execution/fetch.ts';
import type { SubgraphCall } from '../http/subgraph-call.ts';
import { fixArguments } from '../supergraph/fixed-arguments.ts';
import { createDataKeys, type DataKeyOf } from './data-keys.ts';
import { toPlannedDocument } from './planned-document.ts';

/** The planner of one version of a supergraph, and what compiling its plans needs. */
export interface Planning extends ProgramOptions {
  dataKeyOf: DataKeyOf;
  /** @throws Error when the operation does not fit the schema, or is beyond the planner's limits */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
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
  const dataKeyOf = createDataKeys(fixed.document);
  return {
    schema,
    calls,
    fixedFields: fixed.fields,
    dataKeyOf,
    plan(document, operationName) {
      const planned = toPlannedDocument(document, dataKeyOf);
      return ownPlanner.buildQueryPlan(operationFromDocument(federationSchema, planned, { operationName }));
    },
  };
}

function plannerOf(document: DocumentNode): QueryPlanner {
  return new QueryPlanner(Supergraph.build(print(document), { validateSupergraph: false }));
}

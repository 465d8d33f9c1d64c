import type { FetchNode } from '@apollo/query-planner';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphCall } from '../http/subgraph-call.ts';
import { restoreArguments } from '../supergraph/restore-arguments.ts';
import type { TargetPath } from './collect.ts';
import { compileMerge, type Merge } from './compile-merge.ts';
import { type KeyTree, readKeys } from './key-tree.ts';
import type { EntityFetch, KnowEntities } from './known-entities.ts';
import { merge, type VagueTypes } from './merge.ts';
import { compileRepresentation, type Represent } from './representation.ts';
import { compileRewrites, type Rewrite, rewriteKeys, rewritePath } from './rewrites.ts';
import { type FixedRequirements, splitRequirements } from './split-requirements.ts';

/** What compiling a plan needs to know of the supergraph. */
export interface ProgramOptions {
  /** The supergraph's schema, with everything that subgraphs know. */
  schema: GraphQLSchema;
  fixed: FixedRequirements;
  calls: Readonly<Record<string, SubgraphCall>>;
  vagueTypes: VagueTypes;
  /** Knows entities without their subgraphs being asked; nobody does when omitted. */
  know?: KnowEntities;
}

/** A fetch node of a plan, compiled. */
export interface Fetch extends TargetPath, EntityFetch {
  service: string;
  call: SubgraphCall;
  operation: string;
  operationName: string | undefined;
  isRead: boolean;
  /** The client's variables that the operation uses. */
  variables: readonly string[];
  /** Undefined for a fetch from the subgraph's root. */
  represent?: Represent;
  know?: KnowEntities;
  /** The type of its targets, when the schema says it; otherwise each of them does. */
  targetType?: string;
  /** The same for fetches that represent objects in the same way. */
  representation: string;
  rewrite?: Rewrite;
  rewritePath(path: readonly (string | number)[]): (string | number)[];
  /** The keys that each target gets. */
  keys: KeyTree;
  /** Whether all of them are leaves. */
  isFlat: boolean;
  /** Whether targets with one representation may share what is below them. Decided when the whole plan is known. */
  mayShare: boolean;
  vagueTypes: VagueTypes;
  /** Merges an entity into a target. */
  merge: Merge;
}

/**
 * Compiles a fetch node; into several fetches that go together when one could not say everything.
 *
 * @param path the path of the node's targets, as the plan writes it
 */
export function compileFetches(
  node: FetchNode,
  path: readonly (string | number)[],
  options: ProgramOptions,
): Fetch[] {
  return splitRequirements(node, options.fixed, options.schema).map((part) =>
    compileFetch(part, path, options),
  );
}

export function compileFetch(
  node: FetchNode,
  path: readonly (string | number)[],
  options: ProgramOptions,
): Fetch {
  const { serviceName: service, requires, outputRewrites } = node;
  const operation = restoreArguments(node.operation, options.fixed.fields);
  const keys = readKeys(operation, requires !== undefined);
  rewriteKeys(keys, outputRewrites);
  const names = path.filter((step): step is string => typeof step === 'string' && step !== '@');
  return {
    service,
    subgraph: service,
    schema: options.schema,
    know: options.know,
    call: options.calls[service]!,
    operation,
    operationName: node.operationName,
    isRead: node.operationKind === 'query',
    variables: node.variableUsages ?? [],
    path: names,
    pathKey: names.join('.'),
    represent:
      requires &&
      compileRepresentation({
        requires,
        rewrite: compileRewrites(node.inputRewrites, options.schema),
        schema: options.schema,
        fixedFields: options.fixed.fields,
      }),
    representation: JSON.stringify([requires, node.inputRewrites]),
    rewrite: compileRewrites(outputRewrites, options.schema),
    rewritePath: (errorPath) => rewritePath(errorPath, outputRewrites),
    keys,
    isFlat: [...keys.values()].every(({ size }) => size === 0),
    mayShare: false,
    vagueTypes: options.vagueTypes,
    merge: outputRewrites?.length
      ? (target, source) => merge(target, source, options.vagueTypes)
      : compileMerge(keys, options.vagueTypes),
  };
}

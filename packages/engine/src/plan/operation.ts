import { type Fragments, findConditions, fragmentsOf } from '@kronos/operations';
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import type { Override, OverridesOf } from '../supergraph/overrides.ts';

/** One operation of a document, taken apart. */
export interface Operation {
  document: DocumentNode;
  node: OperationDefinitionNode;
  fragments: Fragments;
  /** What decides on the plan: variables of @skip and @include, and the labels of overrides, which no variable can have. */
  conditions: readonly string[];
  overrides: readonly Override[];
}

/** @param overridesOf of the version of the supergraph that the operation is for */
export function readOperation(
  document: DocumentNode,
  node: OperationDefinitionNode,
  overridesOf: OverridesOf,
): Operation {
  const conditions = findConditions(document, node);
  const overrides = overridesOf(document);
  for (const { label } of overrides) conditions.add(label);
  return { document, node, fragments: fragmentsOf(document), conditions: [...conditions], overrides };
}

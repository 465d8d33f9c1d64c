import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';
import type { Override, OverridesOf } from '../supergraph/overrides.ts';

/** One operation of a document, taken apart. */
export interface Operation {
  document: DocumentNode;
  node: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
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
  const fragments: Operation['fragments'] = Object.create(null);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const declared = new Set(node.variableDefinitions?.map(({ variable }) => variable.name.value));
  const conditions = new Set<string>();
  visit(document, {
    Directive({ name, arguments: given = [] }) {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of given) {
        // Other operations of the document have variables of their own.
        if (value.kind === Kind.VARIABLE && declared.has(value.name.value)) conditions.add(value.name.value);
      }
    },
  });
  const overrides = overridesOf(document);
  for (const { label } of overrides) conditions.add(label);
  return { document, node, fragments, conditions: [...conditions], overrides };
}

/** Whether @skip and @include let a selection be. */
export function isIncluded(selection: SelectionNode, variables: Record<string, unknown>): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false
  );
}

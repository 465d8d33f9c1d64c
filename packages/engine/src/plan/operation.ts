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

/** One operation of a document, taken apart. */
export interface Operation {
  document: DocumentNode;
  node: OperationDefinitionNode;
  fragments: Record<string, FragmentDefinitionNode>;
  /** Variables of @skip and @include. */
  conditions: readonly string[];
}

export function readOperation(document: DocumentNode, node: OperationDefinitionNode): Operation {
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
  return { document, node, fragments, conditions: [...conditions] };
}

/** Whether @skip and @include let a selection be. */
export function isIncluded(selection: SelectionNode, variables: Record<string, unknown>): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false
  );
}

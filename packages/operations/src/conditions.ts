import {
  type DocumentNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  getDirectiveValues,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  visit,
} from 'graphql';

/** The variables of `@skip` and `@include`: what an operation selects depends on no others. */
export function findConditions(document: DocumentNode, operation: OperationDefinitionNode): Set<string> {
  const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
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
  return conditions;
}

/** Whether `@skip` and `@include` let a selection be. @param variables with defaults */
export function isIncluded(selection: SelectionNode, variables: Record<string, unknown>): boolean {
  return (
    getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if !== true &&
    getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false
  );
}

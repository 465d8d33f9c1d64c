import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { DataKeyOf } from './data-keys.ts';
import { isIncluded, type Operation } from './operation.ts';

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * An operation as the planner gets it: every field under the key that the merged data has for it, and no variable in the
 * way of the one that carries representations. Introspection is answered here, and what @skip and @include leave out is
 * gone, and they with it: each combination of their variables has a plan of its own. The planner's plans for all of them
 * at once ask for too much, and are wrong where requirements of conditional fields meet.
 *
 * @param variables with defaults
 */
export function toPlannedDocument(
  { document, node: operation, fragments }: Operation,
  dataKeyOf: DataKeyOf,
  variables: Record<string, unknown>,
): DocumentNode {
  const ordered = {
    ...operation,
    selectionSet: withoutFragments(operation.selectionSet, fragments, variables),
  };
  const definitions = document.definitions.map((node) => (node === operation ? ordered : node));
  return visit(
    { ...document, definitions },
    {
      Field(node) {
        const name = node.name.value;
        if (name === '__schema' || name === '__type' || !isIncluded(node, variables)) return null;
        const key = dataKeyOf(node);
        if (key === (node.alias?.value ?? name)) return undefined;
        return { ...node, alias: key === name ? undefined : { kind: Kind.NAME, value: key } };
      },
      InlineFragment: (node) => (isIncluded(node, variables) ? undefined : null),
      FragmentSpread: (node) => (isIncluded(node, variables) ? undefined : null),
      Directive: ({ name }) => (name.value === 'skip' || name.value === 'include' ? null : undefined),
      SelectionSet: { leave: withoutHole },
      Variable(node) {
        const name = plannedVariable(node.name.value);
        return name === node.name.value ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
      },
    },
  );
}

/** The root's fields in their order, which the planner would not keep with fragments, and mutations need. */
function withoutFragments(
  set: SelectionSetNode,
  fragments: Operation['fragments'],
  variables: Record<string, unknown>,
): SelectionSetNode {
  const selections = set.selections.flatMap((node): readonly SelectionNode[] => {
    if (node.kind === Kind.FIELD) return [node];
    if (!isIncluded(node, variables)) return [];
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
    return withoutFragments(fragment.selectionSet, fragments, variables).selections;
  });
  return { ...set, selections };
}

/** The name that a variable of the client has in the operations that go to subgraphs. */
function plannedVariable(name: string): string {
  return name === 'representations' || name.startsWith('_var_') ? `_var_${name}` : name;
}

/** The client's variables under the names that the planned operation has for them. */
export function toPlannedVariables(
  { node }: Operation,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const isRenamed = node.variableDefinitions?.some(
    ({ variable: { name } }) => plannedVariable(name.value) !== name.value,
  );
  if (!isRenamed) return variables;
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [plannedVariable(name), value]));
}

function withoutHole(node: SelectionSetNode): SelectionSetNode | undefined {
  return node.selections.length === 0 ? { ...node, selections: [typename] } : undefined;
}

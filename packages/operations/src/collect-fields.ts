import { type FieldNode, type GraphQLSchema, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import { type Fragments, fragmentBehind } from './fragments.ts';
import { isOfType } from './type-condition.ts';

export interface CollectOptions {
  /** What clients know. */
  schema: GraphQLSchema;
  fragments: Fragments;
  isIncluded(node: SelectionNode): boolean;
}

/**
 * CollectFields, ahead of execution: its outcome depends only on the type of the object and on what is included.
 *
 * @returns the fields by their keys in the answer, in its order
 * @see https://spec.graphql.org/draft/#CollectFields()
 */
export function collectFields(
  typename: string,
  sets: readonly SelectionSetNode[],
  { schema, fragments, isIncluded }: CollectOptions,
): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const collected = new Set<SelectionSetNode>();

  function collect(set: SelectionSetNode): void {
    if (collected.has(set)) return;
    collected.add(set);
    for (const node of set.selections) {
      if (!isIncluded(node)) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const known = found.get(key);
        if (known) known.push(node);
        else found.set(key, [node]);
        continue;
      }
      const { typeCondition, selectionSet } = fragmentBehind(node, fragments);
      if (!typeCondition || isOfType(schema, typename, typeCondition.name.value)) collect(selectionSet);
    }
  }
  for (const set of sets) collect(set);
  return found;
}

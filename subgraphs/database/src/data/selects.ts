import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionNode } from 'graphql';

/**
 * Whether the operation may select a field below the one that is being resolved: a field that is there under a condition is
 * taken for selected.
 *
 * @param path names of fields, one below the other
 */
export function selects({ fieldNodes, fragments }: GraphQLResolveInfo, path: readonly string[]): boolean {
  let nodes: FieldNode[] = [...fieldNodes];
  for (const name of path) nodes = fieldsBelow(nodes, fragments).filter((node) => node.name.value === name);
  return nodes.length > 0;
}

function fieldsBelow(nodes: readonly FieldNode[], fragments: GraphQLResolveInfo['fragments']): FieldNode[] {
  const found: FieldNode[] = [];
  const spread = new Set<string>();
  function collect(selections: readonly SelectionNode[] = []): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) found.push(node);
      else if (node.kind === Kind.INLINE_FRAGMENT) collect(node.selectionSet.selections);
      else if (!spread.has(node.name.value)) {
        spread.add(node.name.value);
        collect(fragments[node.name.value]?.selectionSet.selections);
      }
    }
  }
  for (const { selectionSet } of nodes) collect(selectionSet?.selections);
  return found;
}

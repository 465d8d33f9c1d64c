import { Kind, parse, type SelectionSetNode } from 'graphql';

/** The response keys that an operation gives, as a tree; of every type that a fragment names. */
export type KeyTree = Map<string, KeyTree>;

/**
 * The keys that a fetch adds to each of its targets.
 *
 * @param operation of a plan
 * @param isEntityFetch whether its targets are the objects below `_entities` rather than its root
 */
export function readKeys(operation: string, isEntityFetch: boolean): KeyTree {
  const { definitions } = parse(operation, { noLocation: true });
  const fragments = new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node.selectionSet] as const] : [],
    ),
  );
  const root = definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  const keys: KeyTree = new Map();
  addKeys(root.selectionSet, keys, fragments);
  return isEntityFetch ? (keys.get('_entities') ?? new Map()) : keys;
}

function addKeys(set: SelectionSetNode, keys: KeyTree, fragments: Map<string, SelectionSetNode>): void {
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      const key = node.alias?.value ?? node.name.value;
      const inner = keys.get(key) ?? new Map();
      keys.set(key, inner);
      if (node.selectionSet) addKeys(node.selectionSet, inner, fragments);
    } else if (node.kind === Kind.INLINE_FRAGMENT) addKeys(node.selectionSet, keys, fragments);
    else addKeys(fragments.get(node.name.value)!, keys, fragments);
  }
}

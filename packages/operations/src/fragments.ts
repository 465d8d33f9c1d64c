import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionNode } from 'graphql';

/** The fragments of a document by name. */
export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

export function fragmentsOf(document: DocumentNode): Fragments {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}

/** What a selection that is no field stands for: its type condition, if it has one, and its selection set. */
export function fragmentBehind(
  node: Exclude<SelectionNode, { kind: typeof Kind.FIELD }>,
  fragments: Fragments,
): Pick<FragmentDefinitionNode, 'selectionSet'> & Partial<Pick<FragmentDefinitionNode, 'typeCondition'>> {
  return node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
}

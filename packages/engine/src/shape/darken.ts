import { type CollectOptions, fragmentBehind } from '@kronos/operations';
import { type FieldNode, Kind, type SelectionNode, type SelectionSetNode } from 'graphql';
import type { WithheldFields } from '../plan/withheld.ts';

/** Tells what is withheld of an answer. */
export interface Darkness {
  isWithheld(node: FieldNode): boolean;
  /**
   * The same selections, all of them withheld. A client may select a field twice, once where it is withheld, and once where
   * its object is known to be of a type that is not: then the field is there, and what the first wanted of it is not.
   */
  darken(set: SelectionSetNode): SelectionSetNode;
}

export function createDarkness(
  withheld: WithheldFields,
  { fragments, isIncluded }: Pick<CollectOptions, 'fragments' | 'isIncluded'>,
): Darkness {
  const known = new Map<SelectionSetNode, SelectionSetNode>();
  const copies = new Set<FieldNode>();

  /** Fragments are written out, without directives: what they decide is decided. */
  function darkenSelection(node: SelectionNode): SelectionNode[] {
    if (!isIncluded(node)) return [];
    if (node.kind === Kind.FIELD) {
      const copy = { ...node, directives: undefined };
      copies.add(copy);
      return [copy];
    }
    const { typeCondition, selectionSet } = fragmentBehind(node, fragments);
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: darken(selectionSet) }];
  }

  function darken(set: SelectionSetNode): SelectionSetNode {
    let dark = known.get(set);
    if (!dark) {
      dark = { ...set, selections: set.selections.flatMap(darkenSelection) };
      known.set(set, dark);
    }
    return dark;
  }

  return { isWithheld: (node) => withheld.has(node) || copies.has(node), darken };
}

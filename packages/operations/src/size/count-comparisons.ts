import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { fragmentsOf } from '../fragments.ts';

/**
 * How much there is to compare in a document before it is known to be valid: its selections, fragments counted wherever they
 * are spread, and every two of them that share a place in the answer, which must agree. A field that is selected a thousand
 * times is small as a text and half a million comparisons.
 *
 * @param limit where counting ends: beyond it the outcome only says that it is beyond
 * @see https://spec.graphql.org/draft/#sec-Field-Selection-Merging
 */
export function countComparisons(document: DocumentNode, limit: number): number {
  const fragments = fragmentsOf(document);
  /** Selection sets that share a place in the answer. */
  const places: SelectionSetNode[][] = [];
  let count = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) places.push([definition.selectionSet]);
  }
  for (let place = places.pop(); place && count <= limit; place = places.pop()) {
    const times = new Map<string, number>();
    const below = new Map<string, SelectionSetNode[]>();
    const spread = new Set<string>();
    for (let set = place.pop(); set && count <= limit; set = place.pop()) {
      count += set.selections.length;
      for (const node of set.selections) {
        if (node.kind === Kind.INLINE_FRAGMENT) place.push(node.selectionSet);
        else if (node.kind === Kind.FRAGMENT_SPREAD) {
          const name = node.name.value;
          const fragment = spread.has(name) ? undefined : fragments[name];
          // Fragments are compared with each other, each once.
          count += spread.has(name) ? 0 : spread.size;
          spread.add(name);
          if (fragment) place.push(fragment.selectionSet);
        } else {
          const key = node.alias?.value ?? node.name.value;
          const before = times.get(key) ?? 0;
          count += before;
          times.set(key, before + 1);
          if (!node.selectionSet) continue;
          const sets = below.get(key);
          if (sets) sets.push(node.selectionSet);
          else below.set(key, [node.selectionSet]);
        }
      }
    }
    places.push(...below.values());
  }
  return count;
}

import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { type Fragments, fragmentsOf } from '../fragments.ts';

/** How large an operation is; what stands in a fragment counts wherever that is spread. */
export interface OperationSize {
  /** Levels of fields. */
  depth: number;
  aliases: number;
  rootFields: number;
  /** Directives on the operation, its variables, fields and fragments. */
  directives: number;
  /** Fragments with `@defer`. */
  deferred: number;
}

/** The sizes of the operations of a document. */
export function measureSizes(document: DocumentNode): Map<OperationDefinitionNode, OperationSize> {
  const sizeOf = createMeasure(fragmentsOf(document));
  const sizes = new Map<OperationDefinitionNode, OperationSize>();
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = sizeOf(operation.selectionSet);
    const own = [operation, ...(operation.variableDefinitions ?? [])];
    const directives = own.reduce((sum, node) => sum + (node.directives?.length ?? 0), size.directives);
    sizes.set(operation, { ...size, directives });
  }
  return sizes;
}

const nothing: OperationSize = { depth: 0, aliases: 0, rootFields: 0, directives: 0, deferred: 0 };

/** Each fragment is measured once, however often it is spread: a bomb of nested fragments costs its text, not its size. */
function createMeasure(fragments: Fragments): (selectionSet: SelectionSetNode) => OperationSize {
  const known = new Map<string, OperationSize>();

  function sizeOfFragment(name: string): OperationSize {
    const size = known.get(name);
    if (size) return size;
    // A fragment that spreads itself is refused by another rule; here it must only not go on for ever.
    known.set(name, nothing);
    const fragment = fragments[name];
    const inner = fragment ? sizeOf(fragment.selectionSet) : nothing;
    const measured = { ...inner, directives: inner.directives + (fragment?.directives?.length ?? 0) };
    known.set(name, measured);
    return measured;
  }

  function sizeOfSelection(node: SelectionNode): OperationSize {
    if (node.kind === Kind.INLINE_FRAGMENT) return sizeOf(node.selectionSet);
    if (node.kind === Kind.FRAGMENT_SPREAD) return sizeOfFragment(node.name.value);
    const below = node.selectionSet ? sizeOf(node.selectionSet) : nothing;
    return {
      ...below,
      depth: 1 + below.depth,
      aliases: below.aliases + (node.alias ? 1 : 0),
      rootFields: 1,
    };
  }

  function sizeOf({ selections }: SelectionSetNode): OperationSize {
    let { depth, aliases, rootFields, directives, deferred } = nothing;
    for (const node of selections) {
      const inner = sizeOfSelection(node);
      depth = Math.max(depth, inner.depth);
      aliases += inner.aliases;
      rootFields += inner.rootFields;
      directives += inner.directives + (node.directives?.length ?? 0);
      deferred += inner.deferred;
      if (node.directives?.some(({ name }) => name.value === 'defer')) deferred += 1;
    }
    return { depth, aliases, rootFields, directives, deferred };
  }
  return sizeOf;
}

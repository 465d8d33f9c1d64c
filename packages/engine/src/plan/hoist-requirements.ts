import { stringArgument } from '@kronos/operations';
import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The interface on which a field has requirements, by type and field: `Book` → `praise` → `Media`. */
export type InterfaceRequirements = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Finds the fields with requirements that subgraphs give to interface objects, for every implementation. */
export function findInterfaceRequirements(
  supergraph: DocumentNode,
  interfaces: ReadonlySet<unknown> | null,
): InterfaceRequirements {
  const required = new Map<string, Map<string, string>>();
  if (!interfaces) return required;
  for (const node of supergraph.definitions) {
    if (node.kind !== Kind.INTERFACE_TYPE_DEFINITION || !interfaces.has(node.name.value)) continue;
    const fields = node.fields?.filter((field) =>
      field.directives?.some((directive) => stringArgument(directive, 'requires') !== undefined),
    );
    if (!fields?.length) continue;
    for (const type of supergraph.definitions) {
      if (type.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
      if (!type.interfaces?.some(({ name }) => name.value === node.name.value)) continue;
      const known = required.get(type.name.value) ?? new Map<string, string>();
      for (const field of fields) known.set(field.name.value, node.name.value);
      required.set(type.name.value, known);
    }
  }
  return required;
}

/**
 * Moves fields that an interface object has with requirements out of fragments on single implementations: the planner
 * builds a plan that waits for itself where two subgraphs know the interface as an object, and does not come back. They
 * are fetched for the other implementations, too, and not shown there.
 *
 * @returns a document whose operation has no named fragments, when anything may have to move
 */
export function hoistRequirements(document: DocumentNode, required: InterfaceRequirements): DocumentNode {
  if (required.size === 0) return document;
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const rewritten = new Map<SelectionSetNode, SelectionSetNode>();

  function rewrite(set: SelectionSetNode): SelectionSetNode {
    let known = rewritten.get(set);
    if (!known) {
      known = { ...set, selections: set.selections.flatMap(rewriteSelection) };
      rewritten.set(set, known);
    }
    return known;
  }

  function rewriteSelection(node: SelectionNode): SelectionNode[] {
    if (node.kind === Kind.FIELD) {
      return [node.selectionSet ? { ...node, selectionSet: rewrite(node.selectionSet) } : node];
    }
    const { typeCondition, selectionSet } =
      node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!;
    const { selections } = rewrite(selectionSet);
    const type = typeCondition?.name.value;
    const fields = type && required.get(type);
    if (!fields) return [inline(type, selections)];
    const { stay, moved } = separate(selections, fields);
    return [inline(type, stay), ...moved.map((field) => inline(fields.get(field.name.value), [field]))];
  }

  return {
    ...document,
    definitions: document.definitions.flatMap((node) =>
      node.kind === Kind.OPERATION_DEFINITION ? [{ ...node, selectionSet: rewrite(node.selectionSet) }] : [],
    ),
  };
}

/** What stays on one implementation, and the fields that have to leave it, of fragments within, too. */
function separate(
  selections: readonly SelectionNode[],
  fields: ReadonlyMap<string, string>,
): { stay: SelectionNode[]; moved: FieldNode[] } {
  const stay: SelectionNode[] = [];
  const moved: FieldNode[] = [];
  for (const node of selections) {
    if (node.kind === Kind.FIELD && fields.has(node.name.value)) moved.push(node);
    else if (node.kind === Kind.INLINE_FRAGMENT) {
      const inner = separate(node.selectionSet.selections, fields);
      moved.push(...inner.moved);
      stay.push(inline(node.typeCondition?.name.value, inner.stay));
    } else stay.push(node);
  }
  return { stay, moved };
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function inline(type: string | undefined, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    ...(type !== undefined && {
      typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    }),
    selectionSet: { kind: Kind.SELECTION_SET, selections: selections.length > 0 ? selections : [typename] },
  };
}

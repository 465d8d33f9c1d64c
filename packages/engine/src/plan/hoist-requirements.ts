import {
  type DocumentNode,
  type FieldNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { stringArgument } from '../supergraph/links.ts';

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
 */
export function hoistRequirements(document: DocumentNode, required: InterfaceRequirements): DocumentNode {
  if (required.size === 0) return document;
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );

  /** A fragment on one implementation, without and with the fields to move. */
  function split(node: SelectionNode): SelectionNode[] {
    if (node.kind === Kind.FIELD) return [node];
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!;
    const fields = required.get(fragment.typeCondition?.name.value ?? '');
    if (!fields) return [node];
    const moved = fragment.selectionSet.selections.filter((inner): inner is FieldNode => isOf(fields, inner));
    if (moved.length === 0) return [node];
    const stay = fragment.selectionSet.selections.filter((inner) => !isOf(fields, inner));
    const { typeCondition } = fragment;
    return [
      ...(stay.length > 0
        ? [inline(typeCondition!.name.value, stay)]
        : [inline(typeCondition!.name.value, [typename])]),
      ...moved.map((field) => inline(fields.get(field.name.value)!, [field])),
    ];
  }

  return visit(document, {
    SelectionSet: {
      leave: (set): SelectionSetNode => ({ ...set, selections: set.selections.flatMap(split) }),
    },
  });
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function isOf(fields: ReadonlyMap<string, string>, node: SelectionNode): boolean {
  return node.kind === Kind.FIELD && fields.has(node.name.value);
}

function inline(type: string, selections: readonly SelectionNode[]): InlineFragmentNode {
  return {
    kind: Kind.INLINE_FRAGMENT,
    typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
    selectionSet: { kind: Kind.SELECTION_SET, selections },
  };
}

import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode, visit } from 'graphql';
import type { DataKeyOf } from './data-keys.ts';

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The document as the planner gets it: without introspection, which is answered here, every field under the key that the
 * merged data has for it, and no variable in the way of the one that carries representations.
 */
export function toPlannedDocument(document: DocumentNode, dataKeyOf: DataKeyOf): DocumentNode {
  return visit(document, {
    Field(node) {
      const name = node.name.value;
      if (name === '__schema' || name === '__type') return null;
      const key = dataKeyOf(node);
      if (key === (node.alias?.value ?? name)) return undefined;
      return { ...node, alias: key === name ? undefined : { kind: Kind.NAME, value: key } };
    },
    SelectionSet: { leave: withoutHole },
    Variable(node) {
      const name = plannedVariable(node.name.value);
      return name === node.name.value ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
    },
  });
}

/** The name that a variable of the client has in the operations that go to subgraphs. */
export function plannedVariable(name: string): string {
  return name === 'representations' || name.startsWith('_var_') ? `_var_${name}` : name;
}

function withoutHole(node: SelectionSetNode): SelectionSetNode | undefined {
  return node.selections.length === 0 ? { ...node, selections: [typename] } : undefined;
}

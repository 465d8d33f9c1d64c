import {
  type DocumentNode,
  executeSync,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Operation } from '../plan/operation.ts';

/** Answers what an operation asks about the schema; undefined for an operation that asks nothing. */
export type Introspect = (variables: Record<string, unknown>) => Record<string, unknown>;

/** Separates introspection from the data of an operation: it is answered from the API schema, by graphql-js. */
export function compileIntrospection(
  schema: GraphQLSchema,
  { document, node: operation, fragments }: Operation,
): Introspect | undefined {
  if (!selectsSchema(document)) return undefined;

  /** Only introspection, spreads written out: fragments on the root type may hold some. */
  function onlySchema(set: SelectionSetNode): SelectionSetNode {
    const selections = set.selections.flatMap((node): SelectionNode[] => {
      if (node.kind === Kind.FIELD) return isSchemaField(node.name.value) ? [node] : [];
      const { selectionSet } = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
      const inner = onlySchema(selectionSet);
      if (inner.selections.length === 0) return [];
      return [{ kind: Kind.INLINE_FRAGMENT as const, directives: node.directives, selectionSet: inner }];
    });
    return { kind: Kind.SELECTION_SET, selections };
  }

  const selectionSet = onlySchema(operation.selectionSet);
  if (selectionSet.selections.length === 0) return undefined;
  const question: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, selectionSet }, ...Object.values(fragments)],
  };
  return (variableValues) => {
    const { data } = executeSync({ schema, document: question, rootValue: {}, variableValues });
    return data ?? {};
  };
}

function selectsSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field(node) {
      found ||= isSchemaField(node.name.value);
    },
  });
  return found;
}

export function isSchemaField(name: string): boolean {
  return name === '__schema' || name === '__type';
}

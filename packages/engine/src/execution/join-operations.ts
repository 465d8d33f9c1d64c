import {
  type DocumentNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  stripIgnoredCharacters,
  visit,
} from 'graphql';

export interface JoinedOperation {
  operation: string;
  /** Per operation: the response key that its `_entities` has now, and the variable with its representations. */
  parts: { key: string; variable: string }[];
}

/** Joins operations that each select `_entities(representations: $representations)` into one that selects all of them. */
export function joinOperations(operations: readonly string[]): JoinedOperation {
  const parts = operations.map((_, index) => ({ key: `_e${index}`, variable: `_r${index}` }));
  const documents = operations.map((operation, index) => rename(operation, parts[index]!));
  const roots = documents.flatMap(({ definitions }) => definitions.filter(isOperation));
  const fragments = documents.flatMap(({ definitions }) => definitions.filter((node) => !isOperation(node)));
  const variables = new Map(
    roots.flatMap(({ variableDefinitions = [] }) =>
      variableDefinitions.map((definition) => [definition.variable.name.value, definition] as const),
    ),
  );
  const joined: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: [...variables.values()],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: roots.flatMap(({ selectionSet }) => selectionSet.selections),
    },
  };
  const text = print({ kind: Kind.DOCUMENT, definitions: [joined, ...fragments] });
  return { operation: stripIgnoredCharacters(text), parts };
}

/** Gives the root field, the variable of the representations and the fragments of an operation names of their own. */
function rename(operation: string, { key, variable }: { key: string; variable: string }): DocumentNode {
  const named = (value: string) => ({ kind: Kind.NAME as const, value });
  return visit(parse(operation, { noLocation: true }), {
    Field(node) {
      return node.name.value === '_entities' ? { ...node, alias: named(key) } : undefined;
    },
    Variable(node) {
      return node.name.value === 'representations' ? { ...node, name: named(variable) } : undefined;
    },
    FragmentDefinition: (node) => ({ ...node, name: named(key + node.name.value) }),
    FragmentSpread: (node) => ({ ...node, name: named(key + node.name.value) }),
  });
}

function isOperation(node: { kind: string }): node is OperationDefinitionNode {
  return node.kind === Kind.OPERATION_DEFINITION;
}

import {
  type ASTNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionNode,
  validate,
  visit,
} from 'graphql';
import type { Operation } from './generate-operation.ts';

/**
 * Makes a drafted operation valid: of selections that conflict one goes, unused fragments and variables go. Aliases that
 * only look as if they conflicted stay, which is what they are for.
 */
export function mendOperation(schema: GraphQLSchema, draft: Operation): Operation {
  let document = tidy(parse(draft.query));
  for (let round = 0; round < 40; round++) {
    const faults = validate(schema, document);
    if (faults.length === 0) break;
    const culprits = new Set<ASTNode>(faults.map((fault) => fault.nodes!.at(-1)!));
    document = tidy(without(document, culprits));
  }
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const variables = Object.entries(draft.variables).filter(([name]) => declared.has(name));
  return { query: print(document), variables: Object.fromEntries(variables) };
}

/** Removes nodes; a selection set that is left with nothing selects `__typename`. */
export function without(document: DocumentNode, nodes: ReadonlySet<ASTNode>): DocumentNode {
  return visit(document, {
    enter: (node) => (nodes.has(node) ? null : undefined),
    SelectionSet: {
      leave: (node) => (node.selections.length === 0 ? { ...node, selections: [typename] } : undefined),
    },
  });
}

/** Removes fragments that nothing spreads and variables that nothing uses. */
export function tidy(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const spread = new Set<string>();
  const used = new Set<string>();
  const note = (node: ASTNode) => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: (variable) => void used.add(variable.name.value),
      FragmentSpread({ name: { value: name } }) {
        if (spread.has(name)) return;
        spread.add(name);
        note(fragments.get(name)!);
      },
    });
  };
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!;
  note(operation);
  const tidied: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: operation.variableDefinitions?.filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  };
  const kept = [...fragments].filter(([name]) => spread.has(name)).map(([, node]) => node);
  return { kind: Kind.DOCUMENT, definitions: [tidied, ...kept] };
}

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

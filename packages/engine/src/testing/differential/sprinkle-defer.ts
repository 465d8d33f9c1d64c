import {
  type DirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Choices } from './choices.ts';
import type { Operation } from './generate-operation.ts';
import { mendOperation } from './mend-operation.ts';

/**
 * Puts `@defer` into an operation: on fragments that it has, and around selections, which may stand outside, too. Each has a
 * label of its own; some are decided by a variable, some are decided against.
 */
export function sprinkleDefer(choices: Choices, schema: GraphQLSchema, operation: Operation): Operation {
  const variables: Record<string, unknown> = { ...operation.variables };
  const declared: string[] = [];
  let labels = 0;

  function directive(): DirectiveNode {
    if (choices.chance(0.7)) return directiveOf('label: ""');
    if (choices.chance(0.3)) return directiveOf(`label: "", if: ${choices.chance(0.5)}`);
    const name = `d${declared.length}`;
    const hasDefault = choices.chance(0.5);
    declared.push(`$${name}: Boolean! ${hasDefault ? '= true' : ''}`);
    if (!hasDefault || choices.chance(0.3)) variables[name] = choices.chance(0.7);
    return directiveOf(`if: $${name}, label: ""`);
  }

  function wrap(selections: readonly SelectionNode[]): SelectionNode[] {
    const from = choices.integer(0, selections.length - 1);
    const to = choices.integer(from + 1, selections.length);
    const chosen = selections.slice(from, to);
    const fragment: SelectionNode = {
      kind: Kind.INLINE_FRAGMENT,
      directives: [directive()],
      selectionSet: { kind: Kind.SELECTION_SET, selections: chosen },
    };
    const kept = choices.chance(0.2) ? chosen : [];
    return [...selections.slice(0, from), ...kept, fragment, ...selections.slice(to)];
  }

  const defer = (node: SelectionNode) =>
    choices.chance(0.5) ? { ...node, directives: [...(node.directives ?? []), directive()] } : undefined;
  const document: DocumentNode = visit(parse(operation.query, { noLocation: true }), {
    InlineFragment: { leave: defer },
    FragmentSpread: { leave: defer },
    SelectionSet: {
      leave: (set): SelectionSetNode | undefined =>
        choices.chance(0.3) ? { ...set, selections: wrap(set.selections) } : undefined,
    },
  });
  const [first] = parse(`query (${declared.join() || '$none: Int'}) { a }`).definitions;
  const added =
    declared.length > 0 && first?.kind === Kind.OPERATION_DEFINITION ? first.variableDefinitions : [];
  const query = print(
    visit(document, {
      OperationDefinition: (node) => ({
        ...node,
        variableDefinitions: [...(node.variableDefinitions ?? []), ...(added ?? [])],
      }),
      // Only now: what is selected twice must not have one label twice.
      Argument: (node) =>
        node.name.value === 'label' && node.value.kind === Kind.STRING && node.value.value === ''
          ? { ...node, value: { kind: Kind.STRING, value: `L${labels++}` } }
          : undefined,
    }),
  );
  return mendOperation(schema, { query, variables });
}

function directiveOf(text: string): DirectiveNode {
  const document = parse(`{ ... @defer(${text}) { a } }`, { noLocation: true });
  let found: DirectiveNode | undefined;
  visit(document, {
    Directive(node) {
      found = node;
    },
  });
  return found!;
}

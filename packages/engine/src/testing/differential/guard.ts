import { type AccessRules, compileWithholding, findGuards } from '@kronos/operations';
import {
  type DocumentNode,
  type FieldNode,
  type FormattedExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Withheld } from '../../plan/withheld.ts';
import type { Choices } from './choices.ts';
import { explainedNull } from './compare.ts';

/** Types and fields that the client of a case may not see, by coordinate. */
export type Guarded = readonly string[];

/** Chooses a few types and fields of a graph, root types excepted. */
export function chooseGuarded(choices: Choices, schema: GraphQLSchema): Guarded {
  const types = Object.values(schema.getTypeMap()).filter((type) => !type.name.startsWith('__'));
  const roots = [schema.getQueryType(), schema.getMutationType()];
  const names = types.filter((type) => !roots.some((root) => root === type)).map(({ name }) => name);
  const fields = types
    .filter(isObjectType)
    .flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  return [...choices.some(names, 0.03), ...choices.some(fields, 0.12, 1)];
}

/** What the engine is told to withhold. */
export function withhold(
  schema: GraphQLSchema,
  document: DocumentNode,
  guarded: Guarded,
): Withheld | undefined {
  const operation = { schema, document, operation: getOperationAST(document)! };
  const withheld = compileWithholding(operation, findGuards(operation, rulesOf(guarded)))(() => false);
  return withheld && { key: withheld.fields.join(), fields: withheld.fields, errors: [] };
}

function rulesOf(guarded: Guarded): AccessRules {
  const rule = { isForViewers: true, scopes: [], policies: [] };
  return new Map(guarded.map((coordinate) => [coordinate, rule]));
}

/** A document for the oracle, and which of its fields give nothing. */
export interface GuardedDocument {
  document: DocumentNode;
  /** @param nodes the places where one field of an object is selected */
  isWithheld(nodes: readonly FieldNode[]): boolean;
}

/**
 * Writes fragments out, so that each place of an operation has fields of its own: whatever stands below one that is
 * withheld is, too.
 */
export function guardDocument(
  schema: GraphQLSchema,
  document: DocumentNode,
  guarded: Guarded,
): GuardedDocument {
  const plain = writtenOut(document);
  const guards = findGuards(
    { schema, document: plain, operation: getOperationAST(plain)! },
    rulesOf(guarded),
  );
  const withheld = new Set<FieldNode>();
  function add(node: SelectionNode): void {
    visit(node, { Field: (field) => void withheld.add(field) });
  }
  for (const node of guards.keys()) add(node);
  return { document: plain, isWithheld: (nodes) => nodes.every((node) => withheld.has(node)) };
}

function writtenOut(document: DocumentNode): DocumentNode {
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  function copy(set: SelectionSetNode): SelectionSetNode {
    return {
      ...set,
      selections: set.selections.map((node): SelectionNode => {
        if (node.kind === Kind.FIELD) {
          return { ...node, selectionSet: node.selectionSet && copy(node.selectionSet) };
        }
        const { typeCondition, selectionSet } =
          node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value)!;
        return {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition,
          directives: node.directives,
          selectionSet: copy(selectionSet),
        };
      }),
    };
  }
  const operation = getOperationAST(document)!;
  return {
    ...document,
    definitions: [{ ...operation, selectionSet: copy(operation.selectionSet) }],
  };
}

/** Thrown by the oracle where null must travel up from what is withheld. */
export const withheldMessage = 'withheld';

/**
 * Both answers without the errors that explain a null which is there because of something withheld: which of the errors
 * below such a null are reported is free.
 */
export function withoutWithheld(
  truth: FormattedExecutionResult,
  answer: FormattedExecutionResult,
): [FormattedExecutionResult, FormattedExecutionResult] {
  const nulls = new Set(
    truth.errors
      ?.filter(({ message }) => message === withheldMessage)
      .map(({ path }) => explainedNull(truth.data, path)),
  );
  const cleaned = (result: FormattedExecutionResult): FormattedExecutionResult => ({
    ...result,
    errors: result.errors?.filter(({ path }) => !nulls.has(explainedNull(result.data, path))),
  });
  return [cleaned(truth), cleaned(answer)];
}

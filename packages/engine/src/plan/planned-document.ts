import { isIncluded } from '@kronos/operations';
import {
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { DataKeyOf } from './data-keys.ts';
import { hoistRequirements, type InterfaceRequirements } from './hoist-requirements.ts';
import type { Operation } from './operation.ts';
import { nothingWithheld, type WithheldFields } from './withheld.ts';

/** Directives that no subgraph gets: they are decided here. */
const answeredHere = new Set(['skip', 'include']);

/** What of an operation is planned. */
export interface PlannedPart {
  /** Whether `@defer` is the planner's to see; an offer that is not taken when omitted. */
  keepsDefer?: boolean;
  /** Fields that are not executed; none when omitted. */
  withheld?: WithheldFields;
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * An operation as the planner gets it: every field under the key that the merged data has for it, and no variable in the
 * way of the one that carries representations. Introspection is answered here, and what @skip and @include leave out is
 * gone, and they with it: each combination of their variables has a plan of its own. The planner's plans for all of them
 * at once ask for too much, and are wrong where requirements of conditional fields meet. What is withheld is gone, too.
 *
 * @param variables with defaults
 */
export function toPlannedDocument(
  operation: Operation,
  dataKeyOf: DataKeyOf,
  variables: Record<string, unknown>,
  required: InterfaceRequirements,
  { keepsDefer = false, withheld = nothingWithheld }: PlannedPart = {},
): DocumentNode {
  const { document, node: root } = operation;
  const isDecided = (directive: string) =>
    answeredHere.has(directive) || (directive === 'defer' && !keepsDefer);
  const isApart = (node: SelectionNode) => keepsDefer && isDeferred(node);
  const isPlanned = (node: SelectionNode) => isIncluded(node, variables) && !withheld.has(node as FieldNode);
  const ordered = { ...root, selectionSet: inOrder(root.selectionSet, operation, isPlanned, isApart) };
  const fragments = Object.values(operation.fragments);
  const planned = visit(
    { ...document, definitions: [ordered, ...fragments] },
    {
      Field(node) {
        const name = node.name.value;
        if (name === '__schema' || name === '__type' || !isPlanned(node)) return null;
        const key = dataKeyOf(node);
        if (key === (node.alias?.value ?? name)) return undefined;
        return { ...node, alias: key === name ? undefined : { kind: Kind.NAME, value: key } };
      },
      InlineFragment: (node) => (isPlanned(node) ? undefined : null),
      FragmentSpread: (node) => (isPlanned(node) ? undefined : null),
      Directive: ({ name }) => (isDecided(name.value) ? null : undefined),
      SelectionSet: { leave: withoutHole },
      Variable(node) {
        const name = plannedVariable(node.name.value);
        return name === node.name.value ? undefined : { ...node, name: { kind: Kind.NAME, value: name } };
      },
    },
  );
  return onlyUsed(hoistRequirements(planned, required));
}

/** Without fragments that nothing spreads: the planner would find a use for them, and change the order of fields for it. */
function onlyUsed(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  function find(node: ASTNode): void {
    visit(node, {
      FragmentSpread({ name }) {
        if (used.has(name.value)) return;
        used.add(name.value);
        const fragment = document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === name.value,
        );
        if (fragment) find(fragment);
      },
    });
  }
  find(document.definitions[0]!);
  const definitions = document.definitions.filter(
    (node) => node.kind !== Kind.FRAGMENT_DEFINITION || used.has(node.name.value),
  );
  return { ...document, definitions };
}

/**
 * The root's fields in their order, which mutations need: the planner loses it where fragments, repeated fields or
 * `__typename` are between them.
 *
 * @param isApart whether a fragment stays one
 */
function inOrder(
  set: SelectionSetNode,
  { fragments }: Operation,
  isPlanned: (node: SelectionNode) => boolean,
  isApart: (node: SelectionNode) => boolean,
): SelectionSetNode {
  const fields = new Map<string, FieldNode>();
  const apart: SelectionNode[] = [];

  function add({ selections }: SelectionSetNode): void {
    for (const node of selections) {
      if (!isPlanned(node)) continue;
      if (isApart(node)) apart.push(node);
      else if (node.kind !== Kind.FIELD) {
        add((node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!).selectionSet);
      } else if (node.name.value !== '__typename') {
        const key = node.alias?.value ?? node.name.value;
        fields.set(key, withSelections(node, fields.get(key)));
      }
    }
  }

  add(set);
  return { ...set, selections: [...fields.values(), ...apart] };
}

function isDeferred({ directives }: SelectionNode): boolean {
  return directives?.some(({ name }) => name.value === 'defer') ?? false;
}

/** A field with what the same field selects elsewhere. */
function withSelections(field: FieldNode, known: FieldNode | undefined): FieldNode {
  if (!known?.selectionSet) return known ?? field;
  const selections = [...known.selectionSet.selections, ...(field.selectionSet?.selections ?? [])];
  return { ...known, selectionSet: { ...known.selectionSet, selections } };
}

/** The name that a variable of the client has in the operations that go to subgraphs. */
function plannedVariable(name: string): string {
  return name === 'representations' || name.startsWith('_var_') ? `_var_${name}` : name;
}

/** The client's variables under the names that the planned operation has for them. */
export function toPlannedVariables(
  { node }: Operation,
  variables: Record<string, unknown>,
): Record<string, unknown> {
  const isRenamed = node.variableDefinitions?.some(
    ({ variable: { name } }) => plannedVariable(name.value) !== name.value,
  );
  if (!isRenamed) return variables;
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [plannedVariable(name), value]));
}

function withoutHole(node: SelectionSetNode): SelectionSetNode | undefined {
  return node.selections.length === 0 ? { ...node, selections: [typename] } : undefined;
}

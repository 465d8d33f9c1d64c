import { isIncluded } from '@kronos/operations';
import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Operation } from '../plan/operation.ts';

/** What `@defer` says on a fragment that may come later. */
export interface Deferral {
  label: string | undefined;
}

/** Undefined for what is not deferred. */
export type DeferralOf = (node: SelectionNode) => Deferral | undefined;

/**
 * Decides which fragments of an operation are deferred.
 *
 * An offer that is not taken leaves the fragment with the rest, as the specification allows: root fields of a mutation have
 * their order, and a label that is not written in the document says nothing.
 *
 * @param variables with defaults
 * @see https://github.com/graphql/graphql-spec/blob/48cf7263a71a683fab03d45d309fd42d8d9a6659/spec/Section%203%20--%20Type%20System.md
 */
export function decideDeferrals(operation: Operation, variables: Record<string, unknown>): DeferralOf {
  const notTaken = operation.node.operation === 'mutation' ? rootFragments(operation) : undefined;
  const decided = new Map<SelectionNode, Deferral | undefined>();
  return (node) => {
    if (node.kind === Kind.FIELD) return undefined;
    if (decided.has(node)) return decided.get(node);
    const isTaken = isIncluded(node, variables) && !notTaken?.has(node);
    const deferral = isTaken ? readDeferral(node, variables) : undefined;
    decided.set(node, deferral);
    return deferral;
  };
}

function readDeferral(
  { directives }: SelectionNode,
  variables: Record<string, unknown>,
): Deferral | undefined {
  const directive = directives?.find(({ name }) => name.value === 'defer');
  if (!directive) return undefined;
  const argument = (name: string) => directive.arguments?.find((one) => one.name.value === name)?.value;
  const condition = argument('if');
  if (condition?.kind === Kind.BOOLEAN && !condition.value) return undefined;
  if (condition?.kind === Kind.VARIABLE && variables[condition.name.value] !== true) return undefined;
  const label = argument('label');
  if (label?.kind === Kind.VARIABLE) return undefined;
  return { label: label?.kind === Kind.STRING ? label.value : undefined };
}

/** The variables that decide what is deferred. */
export function deferConditions({ document, node }: Operation): string[] {
  const declared = new Set(node.variableDefinitions?.map(({ variable }) => variable.name.value));
  const found = new Set<string>();
  forEachDeferDirective(document, (directive) => {
    for (const { value } of directive.arguments ?? []) {
      if (value.kind === Kind.VARIABLE && declared.has(value.name.value)) found.add(value.name.value);
    }
  });
  return [...found];
}

/** Whether a document speaks of `@defer` anywhere. */
export function mentionsDefer({ document }: Operation): boolean {
  let isFound = false;
  forEachDeferDirective(document, () => {
    isFound = true;
  });
  return isFound;
}

function forEachDeferDirective(document: DocumentNode, use: (directive: DirectiveNode) => void): void {
  visit(document, {
    Directive(directive) {
      if (directive.name.value === 'defer') use(directive);
    },
  });
}

/** The fragments that stand at the root, other fragments within or without. */
function rootFragments({ node, fragments }: Operation): Set<SelectionNode> {
  const found = new Set<SelectionNode>();
  function add({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD || found.has(selection)) continue;
      found.add(selection);
      add(
        (selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value]!).selectionSet,
      );
    }
  }
  add(node.selectionSet);
  return found;
}

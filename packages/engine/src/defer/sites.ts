import {
  type DirectiveNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded, type Operation } from '../plan/operation.ts';
import type { DeferralOf } from './deferral.ts';

/** A deferred fragment at one place of an operation: at a response path, inside of the deferred fragments around it. */
export interface Site {
  selectionSet: SelectionSetNode;
  label: string | undefined;
  /** Without list indices, as `createSites` writes it. */
  path: string;
  /** The labels that the plan has for it: several where the fragment stands under several type conditions. */
  planned: string[];
  /** The deferred fragments directly inside. */
  inner: Sites;
}

/** The deferred fragments directly inside of something. */
export class Sites {
  readonly #sites = new Map<SelectionNode, Map<string, Site>>();

  /** @param path of the response, without list indices */
  at(node: SelectionNode, path: string): Site | undefined {
    return this.#sites.get(node)?.get(path);
  }

  add(node: SelectionNode, site: Site): void {
    const known = this.#sites.get(node) ?? new Map<string, Site>();
    this.#sites.set(node, known.set(site.path, site));
  }

  get isEmpty(): boolean {
    return this.#sites.size === 0;
  }
}

export interface DeferringOperation {
  /** For the planner: fragments are inline, and each deferred one has a label of its own. */
  planned: Operation;
  sites: Sites;
}

/** Selections of an operation with its fragments written out; what is larger is answered whole. */
const maxSelections = 5_000;

export const rootPath = '';

/** The path of a field below a path. */
export function pathBelow(path: string, key: string): string {
  return path === rootPath ? key : `${path}.${key}`;
}

/**
 * Finds the places at which an operation is deferred and rewrites it for the planner, which tells deferred fragments apart
 * by their labels: a fragment that is spread twice is two of them.
 *
 * @param variables with defaults
 * @param tellsTypes whether the type of an object must be known before it is known which deferred fragments apply to it
 * @returns undefined when there is nothing to defer, or when the operation is too large to be worth it
 */
export function createSites(
  operation: Operation,
  deferralOf: DeferralOf,
  variables: Record<string, unknown>,
  tellsTypes: boolean,
): DeferringOperation | undefined {
  const { node: root, fragments, document } = operation;
  const sites = new Sites();
  let labels = 0;
  let selections = 0;

  function expand(set: SelectionSetNode, path: string, around: Sites): SelectionSetNode {
    return { ...set, selections: set.selections.flatMap((node) => expandSelection(node, path, around)) };
  }

  function expandSelection(node: SelectionNode, path: string, around: Sites): SelectionNode[] {
    if (++selections > maxSelections) throw tooLarge;
    if (!isIncluded(node, variables)) return [];
    if (node.kind === Kind.FIELD) {
      if (!node.selectionSet) return [node];
      const below = pathBelow(path, node.alias?.value ?? node.name.value);
      return [{ ...node, selectionSet: expand(node.selectionSet, below, around) }];
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
    const deferral = deferralOf(node);
    if (!deferral) return [inline(fragment, expand(fragment.selectionSet, path, around))];

    const known = around.at(node, path);
    const { selectionSet } = fragment;
    const site = known ?? { selectionSet, label: deferral.label, path, planned: [], inner: new Sites() };
    if (!known) around.add(node, site);
    const label = `d${labels++}`;
    site.planned.push(label);
    const deferred = inline(fragment, expand(selectionSet, path, site.inner), [deferDirective(label)]);
    return tellsTypes ? [typename, deferred] : [deferred];
  }

  try {
    const node = { ...root, selectionSet: expand(root.selectionSet, rootPath, sites) };
    if (labels === 0) return undefined;
    const planned = { ...operation, node, fragments: {}, document: { ...document, definitions: [node] } };
    return { planned, sites };
  } catch (error) {
    if (error === tooLarge) return undefined;
    throw error;
  }
}

const tooLarge = new Error('the operation is too large to be deferred');

const typename: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

function inline(
  { typeCondition }: Pick<InlineFragmentNode, 'typeCondition'>,
  selectionSet: SelectionSetNode,
  directives?: readonly DirectiveNode[],
): InlineFragmentNode {
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet };
}

function deferDirective(label: string): DirectiveNode {
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'defer' },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: 'label' },
        value: { kind: Kind.STRING, value: label },
      },
    ],
  };
}

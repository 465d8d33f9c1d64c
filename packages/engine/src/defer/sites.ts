import { isIncluded } from '@kronos/operations';
import {
  type DirectiveNode,
  type InlineFragmentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { KeyTree } from '../execution/key-tree.ts';
import type { DataKeyOf } from '../plan/data-keys.ts';
import type { Operation } from '../plan/operation.ts';
import type { WithheldFields } from '../plan/withheld.ts';
import { isSchemaField } from '../shape/introspect.ts';
import type { Deferral, DeferralOf } from './deferral.ts';

/** A deferred fragment at one place of an operation: at a response path, inside of the deferred fragments around it. */
export interface Site {
  selectionSet: SelectionSetNode;
  label: string | undefined;
  /** Without list indices, as `createSites` writes it. */
  path: string;
  /** What is selected here, from the root of the merged data. */
  keys: KeyTree;
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

  *[Symbol.iterator](): Iterator<Site> {
    for (const byPath of this.#sites.values()) yield* byPath.values();
  }
}

export interface DeferringOperation {
  /** For the planner: fragments are inline, and each deferred one has a label of its own. */
  planned: Operation;
  sites: Sites;
  /** What is not deferred, from the root of the merged data. */
  keys: KeyTree;
}

/** Where the document is read. */
interface Place {
  /** Of the response, without list indices. */
  path: string;
  /** The same in the merged data. */
  dataPath: readonly string[];
  /** Those directly inside of what is deferred together with this. */
  around: Sites;
  /** What is selected with this, here. */
  keys: KeyTree;
}

export interface SitesOptions {
  deferralOf: DeferralOf;
  dataKeyOf: DataKeyOf;
  /** With defaults. */
  variables: Record<string, unknown>;
  /** Fields that are not executed. */
  withheld: WithheldFields;
  /** Whether the type of an object must be known before it is known which deferred fragments apply to it. */
  tellsTypes: boolean;
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
 * @returns undefined when there is nothing to defer, or when the operation is too large to be worth it
 */
export function createSites(
  operation: Operation,
  { deferralOf, dataKeyOf, variables, withheld, tellsTypes }: SitesOptions,
): DeferringOperation | undefined {
  const { node: root, fragments, document } = operation;
  const sites = new Sites();
  const keys: KeyTree = new Map();
  let labels = 0;
  let selections = 0;

  function expand(set: SelectionSetNode, place: Place): SelectionSetNode {
    if (tellsTypes) place.keys.set('__typename', new Map());
    return { ...set, selections: set.selections.flatMap((node) => expandSelection(node, place)) };
  }

  function expandSelection(node: SelectionNode, place: Place): SelectionNode[] {
    if (++selections > maxSelections) throw tooLarge;
    if (!isIncluded(node, variables)) return [];
    if (node.kind === Kind.FIELD) {
      // What is asked about the schema is answered at once.
      if (isSchemaField(node.name.value) || withheld.has(node)) return [];
      const dataKey = dataKeyOf(node);
      const below = keysAt(place.keys, [dataKey]);
      if (!node.selectionSet) return [node];
      const path = pathBelow(place.path, node.alias?.value ?? node.name.value);
      const dataPath = [...place.dataPath, dataKey];
      return [
        { ...node, selectionSet: expand(node.selectionSet, { ...place, path, dataPath, keys: below }) },
      ];
    }
    const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
    const deferral = deferralOf(node);
    if (!deferral) return [inline(fragment, expand(fragment.selectionSet, place))];

    const site = siteFor(node, fragment.selectionSet, deferral, place);
    const label = `d${labels++}`;
    site.planned.push(label);
    const inside = { ...place, around: site.inner, keys: keysAt(site.keys, place.dataPath) };
    return [inline(fragment, expand(site.selectionSet, inside), [deferDirective(label)])];
  }

  try {
    const start = { path: rootPath, dataPath: [], around: sites, keys };
    const node = { ...root, selectionSet: expand(root.selectionSet, start) };
    if (labels === 0) return undefined;
    const planned = { ...operation, node, fragments: {}, document: { ...document, definitions: [node] } };
    return { planned, sites, keys };
  } catch (error) {
    if (error === tooLarge) return undefined;
    throw error;
  }
}

function siteFor(
  node: SelectionNode,
  selectionSet: SelectionSetNode,
  { label }: Deferral,
  { around, path }: Place,
): Site {
  const known = around.at(node, path);
  if (known) return known;
  const site = { selectionSet, label, path, keys: new Map(), planned: [], inner: new Sites() };
  around.add(node, site);
  return site;
}

/** The keys at a path of a tree, which is made to have them. */
function keysAt(tree: KeyTree, path: readonly string[]): KeyTree {
  let keys = tree;
  for (const step of path) {
    const below: KeyTree = keys.get(step) ?? new Map();
    keys.set(step, below);
    keys = below;
  }
  return keys;
}

const tooLarge = new Error('the operation is too large to be deferred');

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

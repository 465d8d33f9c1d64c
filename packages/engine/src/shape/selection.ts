import { type CollectOptions, collectFields } from '@kronos/operations';
import {
  type FieldNode,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { KeyTree } from '../execution/key-tree.ts';
import type { DataKeyOf } from '../plan/data-keys.ts';
import type { WithheldFields } from '../plan/withheld.ts';
import { createDarkness } from './darken.ts';

/** A field of the answer, of one type of object. */
export interface SelectedField {
  /** In the answer. */
  key: string;
  /** In the merged data. */
  dataKey: string;
  name: string;
  /** Undefined for `__typename` and introspection. */
  type: GraphQLOutputType | undefined;
  sets: SelectionSetNode[];
  /** One of the places where it is selected, with its arguments. */
  node: FieldNode;
  /** Whether it is null, whatever the data has. */
  isWithheld: boolean;
}

export interface SelectionOptions extends CollectOptions {
  dataKeyOf: DataKeyOf;
  withheld: WithheldFields;
}

/** The fields that an object gives for selection sets, in the order of the answer; undefined for a type that clients do not know. */
export type FieldsOf = (typename: string, sets: readonly SelectionSetNode[]) => SelectedField[] | undefined;

/**
 * CollectFields, ahead of execution: its outcome depends only on the type of the object, on the variables of @skip and
 * @include, and on what is withheld.
 */
export function createFieldsOf(options: SelectionOptions): FieldsOf {
  const { schema, dataKeyOf, withheld } = options;
  const darkness = withheld.size > 0 ? createDarkness(withheld, options) : undefined;
  const isDark = (node: FieldNode) => darkness?.isWithheld(node) === true && node.name.value !== '__typename';

  return (typename, sets) => {
    const type = schema.getType(typename);
    if (!isCompositeType(type)) return undefined;
    const fields = isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
    return [...collectFields(typename, sets, options)].map(([key, nodes]) => {
      const node = nodes.find((one) => !isDark(one)) ?? nodes[0]!;
      const name = node.name.value;
      return {
        key,
        dataKey: dataKeyOf(node),
        name,
        type: fields[name]?.type,
        sets: nodes.flatMap((one) => {
          if (!one.selectionSet) return [];
          return isDark(one) ? darkness!.darken(one.selectionSet) : one.selectionSet;
        }),
        node,
        isWithheld: isDark(node),
      };
    });
  };
}

/** The keys in the merged data that a selection set asks for, of objects of any type. */
export function selectedKeys(
  set: SelectionSetNode,
  options: Pick<SelectionOptions, 'fragments' | 'dataKeyOf'>,
  keys: KeyTree = new Map(),
): KeyTree {
  for (const node of set.selections) {
    if (node.kind === Kind.FIELD) {
      const key = options.dataKeyOf(node);
      const inner = keys.get(key) ?? new Map();
      keys.set(key, inner);
      if (node.selectionSet) selectedKeys(node.selectionSet, options, inner);
    } else {
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : options.fragments[node.name.value]!;
      selectedKeys(fragment.selectionSet, options, keys);
    }
  }
  return keys;
}

/** Whether what an object gives for selection sets depends on which implementation of an interface it is. */
export type DependsOnType = (interfaceName: string, sets: readonly SelectionSetNode[]) => boolean;

export function createDependsOnType({ schema, fragments, isIncluded }: SelectionOptions): DependsOnType {
  const possibleTypes = (name: string): ReadonlySet<string> => {
    const type = schema.getType(name);
    return new Set(isAbstractType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name]);
  };

  /** @param isNarrowed whether `possible` is fewer than the interface's, so that every field is for some of them alone */
  function depends(set: SelectionSetNode, possible: ReadonlySet<string>, isNarrowed: boolean): boolean {
    return set.selections.some((node) => {
      if (!isIncluded(node)) return false;
      if (node.kind === Kind.FIELD) return isNarrowed || node.name.value === '__typename';
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : fragments[node.name.value]!;
      const condition = fragment.typeCondition?.name.value;
      const remaining = condition ? inBoth(possible, possibleTypes(condition)) : possible;
      if (remaining.size === 0) return false;
      return depends(fragment.selectionSet, remaining, isNarrowed || remaining.size < possible.size);
    });
  }

  return (interfaceName, sets) => {
    const possible = possibleTypes(interfaceName);
    return sets.some((set) => depends(set, possible, false));
  };
}

function inBoth(one: ReadonlySet<string>, other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...one].filter((name) => other.has(name)));
}

import type { FetchDataRewrite } from '@apollo/query-planner';
import { isOfType } from '@kronos/operations';
import type { GraphQLSchema } from 'graphql';
import type { KeyTree } from './key-tree.ts';
import { type DataObject, isObject } from './run.ts';

const fragmentPrefix = '... on ';

/** Changes an object in place as a plan's rewrites say. */
export type Rewrite = (value: unknown) => void;

/**
 * Compiles the rewrites of a fetch: values that are set (the name of an interface object's type) and keys that are renamed
 * (fields that one operation can select only under an alias).
 *
 * @param schema the supergraph's, with everything that subgraphs know
 * @returns undefined when there are none
 */
export function compileRewrites(
  rewrites: readonly FetchDataRewrite[] | undefined,
  schema: GraphQLSchema,
): Rewrite | undefined {
  if (!rewrites?.length) return undefined;
  return (value) => {
    for (const rewrite of rewrites) apply(rewrite, value, 0, schema);
  };
}

function apply(rewrite: FetchDataRewrite, value: unknown, depth: number, schema: GraphQLSchema): void {
  if (Array.isArray(value)) {
    for (const item of value) apply(rewrite, item, depth, schema);
    return;
  }
  if (!isObject(value)) return;
  const step = rewrite.path[depth]!;
  if (depth === rewrite.path.length - 1) change(rewrite, value, step);
  else if (!step.startsWith(fragmentPrefix)) apply(rewrite, value[step], depth + 1, schema);
  else if (mayBeOfType(value, step.slice(fragmentPrefix.length), schema)) {
    apply(rewrite, value, depth + 1, schema);
  }
}

/** Not every object has been asked for its type: one of unknown type is taken for the right one. */
function mayBeOfType(
  { __typename: typename }: DataObject,
  condition: string,
  schema: GraphQLSchema,
): boolean {
  return typename === undefined || isOfType(schema, typename, condition);
}

function change(rewrite: FetchDataRewrite, object: DataObject, key: string): void {
  if (rewrite.kind === 'ValueSetter') {
    object[key] = rewrite.setValueTo;
    return;
  }
  if (object[key] === undefined) return;
  object[rewrite.renameKeyTo] = object[key];
  object[key] = undefined;
}

/** The path of a subgraph's error with the keys that the data has after the rewrites. */
export function rewritePath(
  path: readonly (string | number)[],
  rewrites: readonly FetchDataRewrite[] = [],
): (string | number)[] {
  const rewritten = [...path];
  const names = path.flatMap((step, index) => (typeof step === 'string' ? [{ step, index }] : []));
  for (const rewrite of rewrites) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    const steps = rewrite.path.filter((step) => !step.startsWith(fragmentPrefix));
    const last = names[steps.length - 1];
    const matches = last && steps.every((step, depth) => names[depth]!.step === step);
    if (matches) rewritten[last.index] = rewrite.renameKeyTo;
  }
  return rewritten;
}

/** Adds the keys that a fetch has after its rewrites. */
export function rewriteKeys(keys: KeyTree, rewrites: readonly FetchDataRewrite[] = []): void {
  for (const rewrite of rewrites) {
    if (rewrite.kind !== 'KeyRenamer') continue;
    const steps = rewrite.path.filter((step) => !step.startsWith(fragmentPrefix));
    let parent: KeyTree | undefined = keys;
    for (const step of steps.slice(0, -1)) parent = parent?.get(step);
    const renamed = parent?.get(steps.at(-1)!);
    if (renamed)
      parent!.set(rewrite.renameKeyTo, new Map([...(parent!.get(rewrite.renameKeyTo) ?? []), ...renamed]));
  }
}

import { isOfType } from '@kronos/operations';
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Path } from '../execution/collect.ts';
import { type DataObject, isObject } from '../execution/run.ts';
import type { Shaping } from '../shape/shape.ts';
import type { DeferralOf } from './deferral.ts';
import { pathBelow, type Site, type Sites } from './sites.ts';

/** An object of an answer for which a deferred fragment gives a part. */
export interface Instance {
  object: DataObject;
  /** What the schema says that the object is. */
  type: GraphQLNamedType;
  /** In the answer. */
  path: Path;
  /** In the merged data. */
  dataPath: Path;
}

/** An object that has been answered, of which the deferred fragments inside are wanted. */
export interface Answered extends Instance {
  /** As the client gets it, when that is not just what the data has: what is null there has no parts. */
  completed?: Readonly<Record<string, unknown>>;
}

/** Finds the parts inside of answered objects. */
export type FindInstances = (answered: readonly Answered[]) => Map<Site, Instance[]>;

/** What is deferred inside an object of one type. */
interface Level {
  sites: Site[];
  below: { key: string; dataKey: string; type: GraphQLNamedType; levelOf: LevelOf }[];
}

type LevelOf = (typename: string) => Level;

/** The name of an object's type. What a subgraph says counts only where the schema leaves it open. */
export function typenameOf(object: DataObject, type: GraphQLNamedType): string {
  const said = object.__typename;
  return isObjectType(type) || typeof said !== 'string' ? type.name : said;
}

/**
 * Makes ready to search for the parts that an answer, or a part of it, has inside. Lists are gone through, types that do
 * not occur are never looked at, and nothing is walked below which nothing is deferred.
 *
 * @returns compiles the search for the sites that are directly inside of a selection set; its path is that of the objects
 * which have been answered, without list indices
 */
export function createInstanceSearch(
  shaping: Shaping,
  deferralOf: DeferralOf,
): (sites: Sites, selectionSet: SelectionSetNode, path: string) => FindInstances {
  const holdsDeferred = createHoldsDeferred(shaping, deferralOf);

  function compileLevels(sites: Sites, sets: readonly SelectionSetNode[], path: string): LevelOf {
    const known = new Map<string, Level>();
    return (typename) => {
      let level = known.get(typename);
      if (!level) {
        level = compileLevel(sites, typename, sets, path);
        known.set(typename, level);
      }
      return level;
    };
  }

  function compileLevel(
    sites: Sites,
    typename: string,
    sets: readonly SelectionSetNode[],
    path: string,
  ): Level {
    const fields = shaping.fieldsOf(typename, sets) ?? [];
    return {
      sites: deferredOn(typename, sets, shaping, deferralOf).map((node) => sites.at(node, path)!),
      below: fields.flatMap(({ key, dataKey, type, sets: inner, isWithheld }) => {
        const named = type && getNamedType(type);
        if (isWithheld || !isCompositeType(named) || !inner.some(holdsDeferred)) return [];
        return [{ key, dataKey, type: named, levelOf: compileLevels(sites, inner, pathBelow(path, key)) }];
      }),
    };
  }

  return (sites, selectionSet, path) => {
    const levelOf = compileLevels(sites, [selectionSet], path);
    return (answered) => {
      const found = new Map<Site, Instance[]>();
      for (const { object, type, path: start, dataPath, completed } of answered) {
        search(found, levelOf, type, {
          value: object,
          completed,
          path: [...start],
          dataPath: [...dataPath],
        });
      }
      return found;
    };
  };
}

interface Position {
  value: unknown;
  /** Undefined where it is the value. */
  completed: unknown;
  /** Changed while the search goes on. */
  path: Path;
  dataPath: Path;
}

function search(
  found: Map<Site, Instance[]>,
  levelOf: LevelOf,
  type: GraphQLNamedType,
  position: Position,
): void {
  const { value, completed, path, dataPath } = position;
  if (completed === null) return;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      path.push(index);
      dataPath.push(index);
      const item = completed === undefined ? undefined : (completed as unknown[])[index];
      search(found, levelOf, type, { value: value[index], completed: item, path, dataPath });
      path.pop();
      dataPath.pop();
    }
    return;
  }
  if (!isObject(value)) return;
  const { sites, below } = levelOf(typenameOf(value, type));
  for (const site of sites) {
    const instance = { object: value, type, path: [...path], dataPath: [...dataPath] };
    const known = found.get(site);
    if (known) known.push(instance);
    else found.set(site, [instance]);
  }
  for (const { key, dataKey, type: inner, levelOf: innerLevelOf } of below) {
    path.push(key);
    dataPath.push(dataKey);
    const member = completed === undefined ? undefined : (completed as Record<string, unknown>)[key];
    search(found, innerLevelOf, inner, { value: value[dataKey], completed: member, path, dataPath });
    path.pop();
    dataPath.pop();
  }
}

/** The deferred fragments that apply to objects of a type, each once. */
function deferredOn(
  typename: string,
  sets: readonly SelectionSetNode[],
  { schema, selection }: Shaping,
  deferralOf: DeferralOf,
): SelectionNode[] {
  const found = new Set<SelectionNode>();
  function collect(set: SelectionSetNode): void {
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) continue;
      const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : selection.fragments[node.name.value]!;
      if (!applies(schema, typename, fragment.typeCondition?.name.value)) continue;
      if (selection.isIncluded(node)) collect(fragment.selectionSet);
      else if (deferralOf(node)) found.add(node);
    }
  }
  for (const set of sets) collect(set);
  return [...found];
}

function applies(schema: GraphQLSchema, typename: string, condition: string | undefined): boolean {
  return condition === undefined || isOfType(schema, typename, condition);
}

/** Whether anything is deferred in a selection set or below it. */
function createHoldsDeferred(
  { selection }: Shaping,
  deferralOf: DeferralOf,
): (set: SelectionSetNode) => boolean {
  const known = new Map<SelectionSetNode, boolean>();
  function holds(set: SelectionSetNode): boolean {
    let answer = known.get(set);
    if (answer === undefined) {
      answer = set.selections.some((node) => {
        if (deferralOf(node)) return true;
        if (node.kind === Kind.FIELD) return node.selectionSet !== undefined && holds(node.selectionSet);
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : selection.fragments[node.name.value]!;
        return holds(fragment.selectionSet);
      });
      known.set(set, answer);
    }
    return answer;
  }
  return holds;
}

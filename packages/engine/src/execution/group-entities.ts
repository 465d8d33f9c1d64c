import type { Represent } from './representation.ts';
import type { DataObject } from './run.ts';

/** Objects by what represents them: each representation once, with every object that is to get its entity. */
export interface EntityGroups {
  groups: DataObject[][];
  /** As a JSON list without its brackets. */
  representations: string;
}

/**
 * Puts objects into the group of those with the same representation.
 *
 * Most objects of a deep answer are one of few entities. That an object is the same as one before is mostly told by
 * comparing leaves, without a representation being written.
 *
 * @param targetType the type of all objects; when omitted, each says its own
 * @param into the groups so far, of this and of other paths
 * @returns objects of which something is missing that the fetch requires
 */
export function groupEntities(
  objects: readonly DataObject[],
  { write, leavesOf }: Represent,
  targetType: string | undefined,
  into: EntityGrouping,
): DataObject[] {
  const blocked: DataObject[] = [];
  let typename: unknown = targetType;
  // Where all are of one type, it tells none from another.
  let leaves: readonly string[] | undefined =
    targetType === undefined ? undefined : leavesOf(targetType)?.slice(0, -1);
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]!;
    if (targetType === undefined && object.__typename !== typename) {
      typename = object.__typename;
      leaves = leavesOf(typename);
    }
    const known = leaves && into.find(object, leaves);
    if (known) {
      known.push(object);
      continue;
    }
    const representation = write(object, typename);
    if (representation === null) blocked.push(object);
    else if (representation !== undefined) into.add(object, representation, leaves);
  }
  return blocked;
}

/** Groups while they grow. */
export class EntityGrouping implements EntityGroups {
  readonly groups: DataObject[][] = [];
  representations = '';
  readonly #byText = new Map<string, DataObject[]>();
  readonly #byFirstLeaf = new Map<unknown, DataObject[]>();

  /** The group of an object whose leaves are those of the group's first; undefined when that cannot be told quickly. */
  find(object: DataObject, leaves: readonly string[]): DataObject[] | undefined {
    const group = this.#byFirstLeaf.get(object[leaves[0]!]);
    if (group === undefined) return undefined;
    const first = group[0]!;
    for (let index = 1; index < leaves.length; index++) {
      const value = object[leaves[index]!];
      if (value === undefined || value !== first[leaves[index]!]) return undefined;
    }
    return group;
  }

  /** Takes an object that `find` has not found. */
  add(object: DataObject, representation: string, leaves: readonly string[] | undefined): void {
    const isFirstOfLeaf = leaves !== undefined && !this.#byFirstLeaf.has(object[leaves[0]!]);
    // With another first leaf it is another text: only where leaves repeat must texts be compared, which is dearer.
    const known = isFirstOfLeaf ? undefined : this.#byText.get(representation);
    if (known) {
      known.push(object);
      return;
    }
    const group = [object];
    if (isFirstOfLeaf) this.#byFirstLeaf.set(object[leaves[0]!], group);
    else this.#byText.set(representation, group);
    this.representations += this.groups.length === 0 ? representation : `,${representation}`;
    this.groups.push(group);
  }
}

import type { Leaves } from './leaves.ts';
import type { Represent } from './representation.ts';
import type { DataObject } from './run.ts';

/**
 * Puts objects into the group of those with the same representation.
 *
 * Most objects of a deep answer are one of few entities. That an object is the same as one before is mostly told by
 * comparing leaves, without a representation being written.
 *
 * @param targetType the type of all objects; when omitted, each says its own
 * @param isPlain whether it is known that no string of the objects needs escapes
 * @param into the groups so far, of this and of other paths
 * @returns objects of which something is missing that the fetch requires
 */
export function groupEntities(
  objects: readonly DataObject[],
  { write, leavesOf }: Represent,
  targetType: string | undefined,
  isPlain: boolean,
  into: EntityGrouping,
): DataObject[] {
  const blocked: DataObject[] = [];
  let typename: unknown = targetType;
  // Where all are of one type, it tells none from another.
  let leaves = targetType === undefined ? undefined : leavesOf(targetType)?.known;
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index]!;
    if (targetType === undefined && object.__typename !== typename) {
      typename = object.__typename;
      leaves = leavesOf(typename)?.mixed;
    }
    if (leaves && into.join(object, leaves)) continue;
    const representation = write(object, typename, isPlain);
    if (representation === null) blocked.push(object);
    else if (representation !== undefined) into.add(object, representation, leaves);
  }
  return blocked;
}

/** Objects with what represents them: each representation once, and for each object the number of its own. */
export class EntityGrouping {
  /** As a JSON list without its brackets. */
  representations = '';
  /** The first object of each representation. */
  readonly firsts: DataObject[] = [];
  readonly objects: DataObject[] = [];
  /** For each object the number of its representation. */
  readonly groupOf: number[] = [];
  readonly #byText = new Map<string, number>();
  readonly #byFirstLeaf = new Map<unknown, number>();

  /**
   * Takes an object whose leaves are those of the first of a group.
   *
   * @returns false when that cannot be told quickly
   */
  join(object: DataObject, leaves: Leaves): boolean {
    const group = this.#byFirstLeaf.get(leaves.first(object));
    if (group === undefined || !leaves.isSame(object, this.firsts[group]!)) return false;
    this.#enter(object, group);
    return true;
  }

  /** Takes an object that does not join quickly. */
  add(object: DataObject, representation: string, leaves: Leaves | undefined): void {
    const isFirstOfLeaf = leaves !== undefined && !this.#byFirstLeaf.has(leaves.first(object));
    // With another first leaf it is another text: only where leaves repeat must texts be compared, which is dearer.
    const known = isFirstOfLeaf ? undefined : this.#byText.get(representation);
    const group = known ?? this.firsts.length;
    this.#enter(object, group);
    if (known !== undefined) return;
    if (isFirstOfLeaf) this.#byFirstLeaf.set(leaves.first(object), group);
    else this.#byText.set(representation, group);
    this.representations += group === 0 ? representation : `,${representation}`;
    this.firsts.push(object);
  }

  #enter(object: DataObject, group: number): void {
    this.objects.push(object);
    this.groupOf.push(group);
  }
}

import type { SlicedField } from './compile-estimate.ts';
import type { Variables } from './term.ts';

/** What is wrong with the lists that an operation asks for. */
export type ListFault =
  | { kind: 'tooLong'; coordinate: string; value: number }
  | { kind: 'notOne'; coordinate: string; arguments: readonly string[]; value: number };

/**
 * Finds a list that would be longer than is allowed, or of which not exactly one slicing argument says how long it is, where
 * `@listSize` wants that; undefined when there is none.
 */
export function findListFault(
  slicedFields: readonly SlicedField[],
  variables: Variables,
  maxListSize: number,
): ListFault | undefined {
  for (const { coordinate, slices, needsOne } of slicedFields) {
    let given = 0;
    for (const slice of slices) {
      const value = slice.valueFor(variables);
      if (value === undefined) continue;
      given++;
      if (value > maxListSize) return { kind: 'tooLong', coordinate: slice.coordinate, value };
    }
    if (needsOne && given !== 1) {
      return { kind: 'notOne', coordinate, arguments: slices.map(({ name }) => name), value: given };
    }
  }
  return undefined;
}

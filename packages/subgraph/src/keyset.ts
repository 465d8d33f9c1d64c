import type { SortValue } from './cursor.ts';

/** One key of an ordering. */
export interface OrderBy {
  /** The row's field. */
  field: string;
  /** Ascending when omitted. */
  direction?: 'ASC' | 'DESC' | null;
  /** Must be set for a column that can be null. As in PostgreSQL, null is the greatest of all values. */
  nullable?: boolean;
}

/** Prisma's `orderBy` for these keys, or for their reverse. */
export function prismaOrder(keys: readonly OrderBy[], isReversed: boolean): Record<string, 'asc' | 'desc'>[] {
  return keys.map(({ field, direction }) => ({
    [field]: (direction === 'DESC') === isReversed ? 'asc' : 'desc',
  }));
}

/**
 * The condition that a row stands strictly after (or before) the place that `values` mark in the ordering:
 * equal in the first keys and beyond in the next, for any number of first keys.
 */
export function beyond(
  keys: readonly OrderBy[],
  values: readonly SortValue[],
  side: 'after' | 'before',
): object {
  const alternatives = keys.flatMap((key, index) => {
    const further = furtherThan(key, values[index] ?? null, side);
    if (further === null) return [];
    const equalBefore = keys.slice(0, index).map(({ field }, at) => ({ [field]: values[at] ?? null }));
    return [{ AND: [...equalBefore, further] }];
  });
  return { OR: alternatives };
}

/** Null when no value lies further. */
function furtherThan({ field, direction, nullable }: OrderBy, value: SortValue, side: 'after' | 'before') {
  const isTowardsGreater = (direction === 'DESC') === (side === 'before');
  if (value === null) return isTowardsGreater ? null : { [field]: { not: null } };
  if (!isTowardsGreater) return { [field]: { lt: value } };
  return nullable ? { OR: [{ [field]: { gt: value } }, { [field]: null }] } : { [field]: { gt: value } };
}

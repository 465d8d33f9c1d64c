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
  return { AND: [notBefore(keys[0], values[0] ?? null, side), { OR: alternatives }] };
}

/**
 * What follows from the alternatives for the first key. It changes nothing about the answer, but it is the range from which
 * PostgreSQL begins to read the index: with the alternatives alone it reads all that lies before the place as well.
 */
function notBefore(key: OrderBy | undefined, value: SortValue, side: 'after' | 'before'): object {
  if (!key || key.nullable || value === null) return {};
  const isTowardsGreater = (key.direction === 'DESC') === (side === 'before');
  return { [key.field]: isTowardsGreater ? { gte: value } : { lte: value } };
}

/** Null when no value lies further. */
function furtherThan({ field, direction, nullable }: OrderBy, value: SortValue, side: 'after' | 'before') {
  const isTowardsGreater = (direction === 'DESC') === (side === 'before');
  if (value === null) return isTowardsGreater ? null : { [field]: { not: null } };
  if (!isTowardsGreater) return { [field]: { lt: value } };
  return nullable ? { OR: [{ [field]: { gt: value } }, { [field]: null }] } : { [field]: { gt: value } };
}

import { badUserInput } from './errors.ts';

/** A sort value as Prisma gives and takes it. */
export type SortValue = string | number | boolean | bigint | Date | null;

type Stored = string | number | boolean | null | { date: string } | { bigint: string };

/** The cursor of a row: base64url of a JSON array, the row's sort values with its id last. */
export function encodeCursor(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values.map(store))).toString('base64url');
}

/**
 * The sort values in a cursor that a client gave.
 *
 * @param length how many there must be
 * @throws BAD_USER_INPUT when the cursor is not of this list
 */
export function decodeCursor(cursor: string, length: number): SortValue[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length) return values.map(restore);
  } catch {
    // Not ours: answered below.
  }
  throw badCursor(cursor);
}

/** The refusal of a cursor that does not belong to the list. */
export function badCursor(cursor: string) {
  return badUserInput(`“${cursor}” is not a cursor of this list in this order.`);
}

function store(value: unknown): Stored {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Date) return { date: value.toISOString() };
  if (typeof value === 'bigint') return { bigint: value.toString() };
  if (value === undefined) throw new Error('A sort field is missing from the row: select it.');
  // Prisma's Decimal prints exactly, and its filters take the string.
  return String(value);
}

function restore(value: unknown): SortValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  const { date, bigint } = value as { date?: string; bigint?: string };
  if (bigint !== undefined) return BigInt(bigint);
  const restored = new Date(date as string);
  if (Number.isNaN(restored.getTime())) throw new TypeError('not a date');
  return restored;
}

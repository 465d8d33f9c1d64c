/**
 * Reads a cursor that came from outside.
 *
 * @returns the position as a number (a safe integer), or null when the text is no position
 */
export function parsePosition(cursor: string): number | null {
  if (!/^(0|[1-9]\d{0,15})$/.test(cursor)) return null;
  return Number.isSafeInteger(Number(cursor)) ? Number(cursor) : null;
}

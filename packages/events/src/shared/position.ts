/**
 * Reads a cursor that came from outside.
 *
 * @returns the position as a number (gapless from 1, far below 2^53), or null when the text is no position
 */
export function parsePosition(cursor: string): number | null {
  return /^(0|[1-9]\d{0,14})$/.test(cursor) ? Number(cursor) : null;
}

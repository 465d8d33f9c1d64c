import { z } from 'zod';

const deepest = 20;

/**
 * A JSON object from outside that PostgreSQL can keep.
 *
 * @param most how many bytes it may have as text
 */
export function jsonObject(most: number, name: string) {
  return z
    .record(z.string(), z.unknown(), `${name} must be an object.`)
    .refine((value) => isStorable(value, 1), {
      error: `${name} must have at most ${deepest} levels, and no text that cannot be stored.`,
      abort: true,
    })
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= most,
      `${name} must not have more than ${(most / 1024).toLocaleString('en')} KiB.`,
    );
}

/** `jsonb` takes neither NUL nor half a character. */
function isStorable(value: unknown, level: number): boolean {
  if (typeof value === 'string') return isText(value);
  if (typeof value !== 'object' || value === null) return true;
  if (level > deepest) return false;
  return Object.entries(value).every(([name, member]) => isText(name) && isStorable(member, level + 1));
}

function isText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

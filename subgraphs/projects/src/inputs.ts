import { z } from 'zod';
import { jsonObject } from './json.ts';

/** A text in one piece, without blanks at its ends. PostgreSQL stores no NUL character in a text. */
export function text(longest: number, name: string) {
  return z
    .string(`${name} must be a text.`)
    .trim()
    .max(longest, `${name} must not be longer than ${longest.toLocaleString('en')} characters.`)
    .refine((value) => !value.includes('\0'), `${name} must not contain the NUL character.`);
}

/** A text that must not be blank. */
export function neededText(longest: number, name: string) {
  return text(longest, name).min(1, `${name} must not be empty.`);
}

/** A text that may be left empty; blank is stored as null. */
export function optionalText(longest: number, name: string) {
  return text(longest, name)
    .transform((value) => value || null)
    .nullable();
}

/** A kind, as programs name it: `scenes`, `key-frames`. */
export function kind(longest: number, name: string) {
  return neededText(longest, name).regex(
    /^[a-z][a-z0-9_-]*$/,
    `${name} consists of small letters, digits, “_” and “-”, and begins with a letter.`,
  );
}

/** A share of a whole, or how sure something is. */
export function share(name: string) {
  return z
    .number(`${name} must be a number.`)
    .min(0, `${name} must be 0 to 1.`)
    .max(1, `${name} must be 0 to 1.`);
}

/** What a request is named by so that it can be sent again; null is none. */
export const idempotencyKey = neededText(100, 'The key')
  .nullish()
  .transform((key) => key ?? null);

/** What animations are to be like. */
export const parameters = jsonObject(16 * 1024, 'The parameters');

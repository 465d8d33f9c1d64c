import { z } from 'zod';

/** PostgreSQL stores no NUL character in a text. */
const storable = (value: string) => !value.includes('\0');

/** A text that may be left empty; blank is stored as null. */
export function optionalText(longest: number, name: string) {
  return z
    .string()
    .trim()
    .max(longest, `${name} has at most ${longest} characters.`)
    .refine(storable, `${name} must not contain the NUL character.`)
    .transform((value) => value || null)
    .nullable();
}

/** A name that people read: no line breaks, no blanks around it, 1 to 80 characters. */
export function nameForPeople() {
  return z
    .string('A name is needed.')
    .transform((name) => name.normalize('NFC').trim())
    .refine((name) => name.length >= 1 && [...name].length <= 80, 'A name has 1 to 80 characters.')
    .refine((name) => !/\p{Cc}/u.test(name), 'A name has no line breaks or control characters.');
}

import { z } from 'zod';

const day = 24 * 60 * 60 * 1000;
const defaultLife = 90 * day;
const longestLife = 366 * day;
const maxScopes = 100;
const maxOperations = 100;

/** How many usable tokens one person may have. */
export const maxApiTokens = 50;

/** What an API token can be made of; `operations` comes out as hashes alone, empty for any document. */
export function apiTokenShape(now: Date) {
  return z.object({
    name: z
      .string()
      .transform((name) => name.normalize('NFC').trim())
      .refine((name) => name !== '', 'Say what the token is for.')
      .refine((name) => [...name].length <= 80, 'A name has at most 80 characters.')
      .refine((name) => !/\p{Cc}/u.test(name), 'A name has no control characters.'),
    scopes: z
      .array(z.string().max(100, 'A scope has at most 100 characters.'))
      .max(maxScopes, `A token has at most ${maxScopes} scopes.`)
      .nullish()
      .transform((scopes) => [...new Set(scopes ?? [])].sort()),
    operations: z
      .array(
        z.string().regex(/^sha256:[0-9a-f]{64}$/, 'Name a document as sha256: and 64 hexadecimal digits.'),
      )
      .min(1, 'Name the documents that the token may send, or leave this out.')
      .max(maxOperations, `A token is for at most ${maxOperations} documents.`)
      .nullish()
      .transform((names) => [...new Set(names ?? [])].map((name) => name.slice('sha256:'.length))),
    expiresAt: z
      .date()
      .refine((end) => end > now, 'A token ends in the future.')
      .refine((end) => end.getTime() <= now.getTime() + longestLife, 'A token ends within 366 days.')
      .nullish()
      .transform((end) => end ?? new Date(now.getTime() + defaultLife)),
  });
}

import { badUserInput } from './errors.ts';

const [longestQuery, mostWords] = [200, 10];

/** A condition of Prisma on a text column. */
export interface Containing {
  contains: string;
  mode: 'insensitive';
}

/**
 * The words of a free text as conditions for the database, one each: that the word stands somewhere in a column, in
 * either case. A trigram index (`gin_trgm_ops`) answers it for words of three letters and more.
 *
 * @returns none for a text without words, which is no condition
 * @throws BAD_USER_INPUT for more than 200 characters or 10 words
 */
export function wordsOf(query: string | null | undefined): Containing[] {
  if (query === null || query === undefined) return [];
  if (query.length > longestQuery) throw badUserInput(`A query holds at most ${longestQuery} characters.`);
  if (query.includes('\0')) throw badUserInput('A query cannot hold the NUL character.');
  const words = query.trim().split(/\s+/).filter(Boolean);
  if (words.length > mostWords) throw badUserInput(`A query holds at most ${mostWords} words.`);
  // Prisma passes LIKE's wildcards through; people mean them as characters.
  return words.map((word) => ({ contains: word.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' }));
}

import { randomInt } from 'node:crypto';

// Without the letters and digits that people take for one another.
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
const longest = 60;

/**
 * The title as it can stand in an address: small letters and digits of any script, words joined by hyphens,
 * at most 60 characters. A title without any letter or digit gives `event`.
 */
export function slugBase(title: string): string {
  const words = title
    .normalize('NFKD')
    // Accents of Latin, Greek and Cyrillic; the marks of other scripts carry meaning and stay.
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu);
  return shorten(words?.join('-') ?? '') || 'event';
}

function shorten(slug: string): string {
  const characters = [...slug];
  if (characters.length <= longest) return slug;
  // Rather end with a whole word, unless that would leave little.
  const lastHyphen = characters.lastIndexOf('-', longest);
  return characters.slice(0, lastHyphen > longest / 2 ? lastHyphen : longest).join('');
}

/**
 * Slugs to try, in this order, until one is free; it never ends.
 *
 * @param guessable whether the bare title may be the slug. For an event that not everybody may find it may not:
 *   its slug must not be guessed from its title, nor tell the next organiser that there is such an event.
 */
export function* slugCandidates(title: string, guessable: boolean): Generator<string, never> {
  const base = slugBase(title);
  if (guessable) {
    yield base;
    for (const number of [2, 3, 4]) yield `${base}-${number}`;
  }
  while (true) yield `${base}-${suffix(guessable ? 5 : 10)}`;
}

function suffix(length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

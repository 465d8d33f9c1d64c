import { describe, expect, test } from 'vitest';
import { slugBase, slugCandidates } from './event.slug.ts';

test.each([
  ['Launch', 'launch'],
  ['  Été à la plage!  ', 'ete-a-la-plage'],
  ['C++ & Rust: 2027/2028', 'c-rust-2027-2028'],
  ['東京 ミートアップ', '東京-ミートアップ'],
  ['नमस्ते दुनिया', 'नमस्ते-दुनिया'],
  ['🎉🎉🎉', 'event'],
  ['a'.repeat(200), 'a'.repeat(60)],
  [
    'The very long title of a conference about conferences of the conferring',
    'the-very-long-title-of-a-conference-about-conferences-of-the',
  ],
])('%j reads %j', (title, slug) => {
  expect(slugBase(title)).toBe(slug);
});

describe('candidates', () => {
  function first(count: number, guessable: boolean): string[] {
    const candidates = slugCandidates('Launch', guessable);
    return Array.from({ length: count }, () => candidates.next().value);
  }

  test('are the bare title, then small numbers, then chance', () => {
    const candidates = first(7, true);
    expect(candidates.slice(0, 4)).toEqual(['launch', 'launch-2', 'launch-3', 'launch-4']);
    for (const candidate of candidates.slice(4)) expect(candidate).toMatch(/^launch-[a-z2-9]{5}$/);
    expect(new Set(candidates).size).toBe(7);
  });

  test('of an event that not everybody may find cannot be guessed', () => {
    for (const candidate of first(3, false)) expect(candidate).toMatch(/^launch-[a-z2-9]{10}$/);
  });
});

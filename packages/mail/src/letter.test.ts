import { expect, test } from 'vitest';
import { writeLetter } from './letter.ts';

const letter = writeLetter({
  to: 'ada@example.com',
  subject: 'Hello <Ada>',
  paragraphs: ['A & B', 'Someone called "<script>alert(1)</script>" has written.'],
  action: { label: 'Open', url: 'https://example.com/?a=1&b="2"' },
  closing: ['Not you? Do nothing.'],
});

test('text and HTML say the same', () => {
  expect(letter.text).toBe(
    'A & B\n\nSomeone called "<script>alert(1)</script>" has written.\n\nOpen:\nhttps://example.com/?a=1&b="2"\n\nNot you? Do nothing.\n',
  );
  expect(letter.html).toContain('A &amp; B');
  expect(letter.html).toContain('href="https://example.com/?a=1&amp;b=&quot;2&quot;"');
  expect(letter.html).toContain('Not you? Do nothing.');
});

test('nothing of the HTML runs or is fetched', () => {
  expect(letter.html).not.toMatch(/<script|<img|<link|@import|url\(|javascript:| on\w+=/i);
});

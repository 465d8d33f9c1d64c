import { expect, test } from 'vitest';
import { quote } from './quote.ts';

test.each([
  '',
  'plain',
  'é 漢 😀',
  'say "hi"',
  'back\\slash',
  'line\nbreak',
  '\u0000\u001f',
  '\ud800 alone',
  'x'.repeat(200),
  `${'x'.repeat(200)}"`,
])('%j is quoted as JSON does', (text) => {
  expect(quote(text)).toBe(JSON.stringify(text));
});

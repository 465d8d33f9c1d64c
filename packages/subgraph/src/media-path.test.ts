import { expect, test } from 'vitest';
import { isMediaPath } from './media-path.ts';

test.each([
  ['imports/2026/book.pdf', true],
  ['s3://company/book.pdf', true],
  ['https://files.example/book.pdf', true],
  ['../secrets', false],
  ['imports/../../secrets', false],
  ['/etc/passwd', false],
  ['imports//book.pdf', false],
  ['imports\\book.pdf', false],
  ['imports/\u0000', false],
  ['file:///etc/passwd', false],
  ['javascript:alert(1)', false],
  ['http://files.example/book.pdf', false],
  // Where a service would be led to a machine beside it, or show what it knows.
  ['https://169.254.169.254/latest', false],
  ['https://[::1]/book.pdf', false],
  ['https://localhost/book.pdf', false],
  ['https://2130706433/book.pdf', false],
  ['https://me:secret@files.example/book.pdf', false],
  ['s3://me:secret@company/book.pdf', false],
])('“%s” names a place for files: %s', (path, is) => {
  expect(isMediaPath(path)).toBe(is);
});

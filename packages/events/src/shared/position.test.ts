import { expect, test } from 'vitest';
import { parsePosition } from './position.ts';

test.each([
  ['0', 0],
  ['1', 1],
  ['999999999999999', 999_999_999_999_999],
])('%s is a position', (text, position) => {
  expect(parsePosition(text)).toBe(position);
});

test.each(['', ' 1', '-1', '01', '1.5', '1e3', '1-0', 'x', '9999999999999999', '١'])('%j is none', (text) => {
  expect(parsePosition(text)).toBeNull();
});

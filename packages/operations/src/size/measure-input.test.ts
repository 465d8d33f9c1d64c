import { expect, test } from 'vitest';
import { measureInput } from './measure-input.ts';

test.each([
  [undefined, 0, 0],
  ['text', 0, 0],
  [{ a: 1, b: 'two' }, 0, 1],
  [{ ids: [1, 2, 3], others: [] }, 3, 2],
  [{ a: { b: [{ c: [1, 2] }, {}, {}, {}] } }, 4, 5],
])('%j has lists of %i items and %i levels', (value, longestList, depth) => {
  expect(measureInput(value)).toEqual({ longestList, depth });
});

test('a value of a hundred thousand levels is measured', () => {
  const value = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
  expect(measureInput(value)).toEqual({ longestList: 1, depth: 100_000 });
});

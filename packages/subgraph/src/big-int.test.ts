import { parseValue } from 'graphql';
import { expect, test } from 'vitest';
import { BigIntText } from './big-int.ts';

test('it is text outside, whatever its size', () => {
  expect(BigIntText.serialize(7n)).toBe('7');
  expect(BigIntText.serialize(9007199254740993n)).toBe('9007199254740993');
});

test('it comes as text or as a number that has kept its digits', () => {
  expect(BigIntText.parseValue('9007199254740993')).toBe(9007199254740993n);
  expect(BigIntText.parseValue(-7)).toBe(-7n);
  expect(BigIntText.parseLiteral(parseValue('9007199254740993'))).toBe(9007199254740993n);
  expect(BigIntText.parseLiteral(parseValue('"-1"'))).toBe(-1n);
});

test.each([2 ** 53, 1.5, '1.5', '', ' 1', '0x10', true, null])('%j is refused', (value) => {
  expect(() => BigIntText.parseValue(value)).toThrow('Expected a whole number');
});

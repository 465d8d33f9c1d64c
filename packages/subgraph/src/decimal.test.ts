import { parseValue } from 'graphql';
import { expect, test } from 'vitest';
import { Decimal } from './decimal.ts';

test.each(['0', '-1', '19.90', '0.000000000000000001', '9999999999999999999999999999.99'])(
  '%s passes unchanged',
  (text) => {
    expect(Decimal.parseValue(text)).toBe(text);
    expect(Decimal.serialize(text)).toBe(text);
    expect(Decimal.parseLiteral(parseValue(`"${text}"`))).toBe(text);
  },
);

test.each([19.9, 1, '1e3', '+1', '01', '1.', '.5', '1,50', '', ' 1', 'NaN', null, true, '1'.repeat(29)])(
  '%j is refused',
  (value) => {
    expect(() => Decimal.parseValue(value)).toThrow('Expected a decimal number as a string');
  },
);

test('a number literal is refused: JSON would not have kept its digits', () => {
  expect(() => Decimal.parseLiteral(parseValue('19.90'))).toThrow('Expected a decimal number as a string');
});

test('a value with an exponent is written out', () => {
  const large = { toFixed: () => '1000000000000000000000', toString: () => '1e+21' };
  expect(Decimal.serialize(large)).toBe('1000000000000000000000');
  expect(Decimal.serialize(2)).toBe('2');
  expect(() => Decimal.serialize('much')).toThrow('not a decimal');
});

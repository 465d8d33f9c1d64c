import { parseValue } from 'graphql';
import { expect, test } from 'vitest';
import { CurrencyCode } from './currency-code.ts';

test.each(['EUR', 'USD', 'JPY', 'XOF'])('%s is a currency', (code) => {
  expect(CurrencyCode.parseValue(code)).toBe(code);
  expect(CurrencyCode.serialize(code)).toBe(code);
  expect(CurrencyCode.parseLiteral(parseValue(`"${code}"`))).toBe(code);
});

test.each(['eur', 'EURO', 'ZZZ', '', 978, null])('%j is none', (value) => {
  expect(() => CurrencyCode.parseValue(value)).toThrow('ISO 4217');
});

test('a number literal is none', () => {
  expect(() => CurrencyCode.parseLiteral(parseValue('978'))).toThrow('ISO 4217');
});

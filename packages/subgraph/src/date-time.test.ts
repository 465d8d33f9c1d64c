import { expect, test } from 'vitest';
import { DateTime } from './date-time.ts';

test('reads a moment and writes it as RFC 3339 does', () => {
  const moment = DateTime.parseValue('2027-01-15T19:00:00+01:00');
  expect(moment).toEqual(new Date('2027-01-15T18:00:00Z'));
  expect(DateTime.serialize(moment)).toBe('2027-01-15T18:00:00.000Z');
});

test('refuses the year 0, which PostgreSQL does not have', () => {
  expect(() => DateTime.parseValue('0000-12-31T23:59:59Z')).toThrow('before the year 1');
  expect(DateTime.parseValue('0001-01-01T00:00:00Z')).toBeInstanceOf(Date);
});

test.each(['yesterday', '2027-01-15', 17])('refuses %j', (value) => {
  expect(() => DateTime.parseValue(value)).toThrow();
});

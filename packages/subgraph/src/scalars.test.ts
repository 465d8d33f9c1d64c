import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { scalarResolvers, unknownScalars } from './scalars.ts';

const document = parse('scalar DateTime scalar BigInt scalar EmailAddress scalar Decimal scalar Colour');
const scalars = scalarResolvers(document);

test('declared scalars are found, unknown ones are named', () => {
  expect(Object.keys(scalars)).toEqual(['DateTime', 'BigInt', 'EmailAddress', 'Decimal']);
  expect(unknownScalars(document)).toEqual(['Colour']);
});

test('a date-time is a Date inside and text outside, without JSON in between', () => {
  const date = new Date('2027-01-15T18:00:00.000Z');
  expect(scalars.DateTime?.parseValue('2027-01-15T19:00:00+01:00')).toEqual(date);
  expect(scalars.DateTime?.serialize(date)).toBe('2027-01-15T18:00:00.000Z');
  expect(() => scalars.DateTime?.parseValue('tomorrow')).toThrow();
});

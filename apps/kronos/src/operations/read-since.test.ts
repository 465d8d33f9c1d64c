import { expect, test } from 'vitest';
import { readSince } from './read-since.ts';

const now = Date.parse('2027-01-31T12:00:00Z');

test.each([
  ['30d', '2027-01-01T12:00:00.000Z'],
  ['12h', '2027-01-31T00:00:00.000Z'],
  ['2w', '2027-01-17T12:00:00.000Z'],
  ['90m', '2027-01-31T10:30:00.000Z'],
  ['P30D', '2027-01-01T12:00:00.000Z'],
  ['P1W1DT1H30M', '2027-01-23T10:30:00.000Z'],
])('%s', (duration, moment) => {
  expect(readSince(duration, now).toISOString()).toBe(moment);
});

test.each(['', 'x', '30', 'P', 'PT', 'P1M', '-1d'])('%j is no length of time', (duration) => {
  expect(() => readSince(duration, now)).toThrow(/no length of time/);
});
